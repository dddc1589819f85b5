import FlowCore

/// One line of an archive: an object whose first member says what it is.
struct ArchiveLine {
    let whole: ValueMap
    let kind: String
    let content: Value

    /// - Throws: `invalid` where it is no such object.
    init(_ value: Value) throws(Failure) {
        guard let map = value.mapValue, let first = map.first else {
            throw Failure(.invalid, "this is no object that says what it is")
        }
        whole = map
        kind = first.key.text
        content = first.value
    }

    /// - Throws: `invalid` where it is something else.
    func content(of wanted: String) throws(Failure) -> ArchiveObject {
        guard kind == wanted, let map = content.mapValue else {
            throw Failure(.invalid, "there is no \"\(wanted)\" here")
        }
        return ArchiveObject(kind: kind, members: map)
    }
}

/// What a line says, asked for by name and type.
struct ArchiveObject {
    let kind: String
    let members: ValueMap

    func text(_ name: String) throws(Failure) -> String {
        guard let text = optionalText(name) else { throw problem(name, "text") }
        return text
    }

    func optionalText(_ name: String) -> String? { members[name]?.stringValue }

    func int(_ name: String) throws(Failure) -> Int64 {
        guard let number = members[name]?.intValue, number >= 0 else { throw problem(name, "a number") }
        return number
    }

    /// What counts attempts, items or pages.
    func count(_ name: String) throws(Failure) -> Int {
        let number = try int(name)
        guard number <= ArchiveFormat.maximumCount else {
            throw Failure(.invalid, "\"\(name)\" of the \(kind) is over \(ArchiveFormat.maximumCount)")
        }
        return Int(number)
    }

    /// As ``count(_:)``; nil where it is null.
    func index(_ name: String) throws(Failure) -> Int? {
        guard let value = members[name], !value.isNull else { return nil }
        return try count(name)
    }

    func time(_ name: String) throws(Failure) -> Timestamp {
        guard let time = try optionalTime(name) else { throw problem(name, "a time") }
        return time
    }

    func optionalTime(_ name: String) throws(Failure) -> Timestamp? {
        guard let value = members[name], !value.isNull else { return nil }
        // The database counts microseconds in 64 bits.
        guard let time = value.stringValue.flatMap(Timestamp.init(rfc3339:)), abs(time.seconds) < 1 << 40 else {
            throw problem(name, "a time")
        }
        return time
    }

    func status(_ name: String) throws(Failure) -> RunStatus {
        guard let status = optionalText(name).flatMap(RunStatus.init(rawValue:)) else {
            throw problem(name, "how it stands")
        }
        return status
    }

    /// Texts by their names; none where it is missing.
    func texts(_ name: String) -> [String: String] {
        var texts: [String: String] = [:]
        for (name, text) in members[name]?.mapValue ?? ValueMap() { texts[name.text] = text.stringValue }
        return texts
    }

    /// Texts of files by their names; none where it is missing.
    func sources(_ name: String) -> [String: [UInt8]] {
        var sources: [String: [UInt8]] = [:]
        for (file, text) in members[name]?.mapValue ?? ValueMap() {
            sources[file.text] = Array((text.stringValue ?? "").utf8)
        }
        return sources
    }

    var failure: Failure? { members["error"].flatMap(Failure.init(value:)) }

    /// - Parameter files: where the files lie that the value names.
    func value(_ name: String, _ files: RunFiles) throws(Failure) -> StoredValue? {
        guard let tagged = members[name], !tagged.isNull else { return nil }
        let own = ArchiveFormat.translate(tagged, text: { $0 }) { path in
            let prefix = ArchiveFormat.filesName + "/"
            let name = String(path.dropFirst(prefix.count))
            return path.hasPrefix(prefix) && RunFiles.isName(name) ? files.path(of: name) : path
        }
        let stored = StoredValue(bytes: JSON.bytes(own))
        do throws(Failure) {
            _ = try stored.value(sealing: nil, context: "")
        } catch {
            throw problem(name, "a value")
        }
        return stored
    }

    private func problem(_ name: String, _ wanted: String) -> Failure {
        Failure(.invalid, "\"\(name)\" of the \(kind) is not \(wanted)")
    }
}

extension ArchiveLine {
    /// What the line is in the journal.
    ///
    /// - Parameter steps: paths of steps that came before.
    func records(_ files: RunFiles, steps: inout Set<String>) throws(Failure) -> [JournalRecord] {
        let line = try content(of: kind)
        switch kind {
        case "call": return try line.call(files)
        case "step":
            steps.insert(try line.text("path"))
            return try line.step(files)
        case "log":
            return [
                .log(
                    LogLine(
                        path: try line.text("step"), item: try line.index("item"), at: try line.time("at"),
                        level: try line.text("level"), message: try line.text("message")))
            ]
        default:
            let path = try line.text("step")
            guard steps.contains(path) else {
                throw Failure(.invalid, "the step \"\(path.prefix(100))\" has no line before this one")
            }
            switch kind {
            case "page": return try line.page(of: path, files)
            case "item": return [try line.item(of: path, files)]
            default: return try line.attempt(of: path)
            }
        }
    }
}

extension ArchiveObject {
    fileprivate func call(_ files: RunFiles) throws(Failure) -> [JournalRecord] {
        let status = try status("status")
        var call = StoredCall(
            path: try text("path"), workflow: try text("workflow"), file: try text("file"),
            startedAt: try time("started_at"), inputs: try value("inputs", files) ?? .null,
            vars: try value("vars", files) ?? .null)
        call.attempt = try count("attempt")
        guard let end = try optionalTime("ended_at"), !status.isLeased else { return [.callStarted(call)] }
        let ended = RunEnd(
            status: status, outputs: try value("outputs", files), failure: failure,
            failedStep: optionalText("failed_step"), endedAt: end)
        return [.callStarted(call), .callEnded(path: call.path, ended)]
    }

    fileprivate func step(_ files: RunFiles) throws(Failure) -> [JournalRecord] {
        let path = try text("path")
        let status = try status("status")
        var records: [JournalRecord] = []
        if let start = try optionalTime("started_at") {
            records.append(.stepStarted(path: path, node: optionalText("node"), at: start))
        }
        // One that ran has no end; that it ended is known of all others.
        if let end = try optionalTime("ended_at"), status != .running {
            records.append(
                .stepEnded(
                    path: path,
                    StepEnd(
                        status: status, output: try value("output", files), failure: failure,
                        attempts: try count("attempts"), endedAt: end,
                        isHandled: members["handled"]?.boolValue ?? false, note: optionalText("note"))))
        }
        guard !records.isEmpty else { throw Failure(.invalid, "the step \"\(path.prefix(100))\" has no time") }
        if let resolved = try value("resolved", files) {
            records.append(.resolved(path: path, item: nil, resolved))
        }
        return records
    }

    /// None where the value was lost before it was exported.
    fileprivate func page(of path: String, _ files: RunFiles) throws(Failure) -> [JournalRecord] {
        let name = JournalRecord.pageName(try count("number"))
        return try value("value", files).map { [.checkpoint(path: path, item: nil, name: name, $0)] } ?? []
    }

    fileprivate func item(of path: String, _ files: RunFiles) throws(Failure) -> JournalRecord {
        .itemEnded(
            path: path, index: try count("index"), key: try text("key"),
            StepEnd(
                status: try status("status"), output: try value("output", files), failure: failure,
                attempts: try count("attempts"), endedAt: try time("ended_at")))
    }

    fileprivate func attempt(of path: String) throws(Failure) -> [JournalRecord] {
        let id = AttemptID(path: path, item: try index("item"), number: try count("number"))
        guard let effect = optionalText("effect").flatMap(Effect.init(rawValue:)) else {
            throw Failure(.invalid, "\"effect\" of the attempt is not one")
        }
        let intent = AttemptIntent(
            effect: effect, key: optionalText("key"), keyValidUntil: try optionalTime("key_valid_until"),
            startedAt: try time("started_at"))
        let start = JournalRecord.attemptStarted(id, intent)
        guard let end = try optionalTime("ended_at") else { return [start] }
        return [
            start, .attemptEnded(id, AttemptEnd(status: try status("status"), failure: failure, endedAt: end)),
        ]
    }
}
