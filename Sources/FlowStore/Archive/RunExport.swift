package import FlowCore
import Glibc

/// Writes one run as an archive: all that is known of it, without its secrets.
///
///     try RunExport(history, run, masker: masker, version: "1.2").write(to: .folder("run-0v3k8xq2m7"))
package struct RunExport {
    package enum Target: Sendable, Hashable {
        /// Made anew; the lines are in `run.jsonl`, the files beside them.
        case folder(String)
        /// Made anew, with the files in it.
        case file(String)
        /// The same, to what is open already, and stays so.
        case descriptor(Int32)
    }

    package struct Report: Sendable, Hashable {
        package var lines = 0
        package var files = 0
        /// What could not be read, and is not in the archive.
        package var problems: [String] = []
    }

    private let history: RunHistory
    private let run: RunSummary
    private let masker: Masker
    private let version: String
    private let files: RunFiles

    /// - Parameter version: of flowctl.
    package init(_ history: RunHistory, _ run: RunSummary, masker: Masker, version: String) {
        self.history = history
        self.run = run
        self.masker = masker
        self.version = version
        files = history.files
    }

    /// - Throws: `conflict` where there is something at that place already; `invalid` where it can't be written. Nothing
    ///   of it is left then.
    package func write(to target: Target) throws(Failure) -> Report {
        try run.requireWhole()
        switch target {
        case .file(let path):
            let lines = try LineWriter(path)
            return try write(to: lines, folder: nil) { unlink(path) }
        case .descriptor(let descriptor): return try write(to: LineWriter(descriptor), folder: nil) {}
        case .folder(let path):
            guard mkdir(path, 0o700) == 0 else { throw LineWriter.failure(path, errno) }
            let lines = try LineWriter("\(path)/\(ArchiveFormat.linesName)")
            return try write(to: lines, folder: "\(path)/\(ArchiveFormat.filesName)") { RunFiles.deleteTree(path) }
        }
    }

    private func write(to lines: LineWriter, folder: String?, orElse giveUp: () -> Void) throws(Failure) -> Report {
        var state = State(lines: lines)
        do throws(Failure) {
            try state.add(
                [
                    "format": .string(ArchiveFormat.name), "version": .int(ArchiveFormat.version),
                    "flowctl": .string(version),
                ])
            try addRun(&state)
            for call in try history.calls(of: run, limit: .max) { try add(call, &state) }
            for step in try history.steps(of: run, hasOutputs: false) {
                if let whole = try history.step(step.path, of: run) { try add(whole, &state) }
            }
            try addLog(&state)
            for name in state.names.sorted() { try addFile(name, folder, &state) }
            try state.add(["end": ["lines": .int(Int64(state.report.lines + 1))]])
            try lines.close()
        } catch {
            giveUp()
            throw error
        }
        return state.report
    }

    private struct State {
        let lines: LineWriter
        var report = Report()
        /// Of files that values name.
        var names: Set<String> = []

        mutating func add(_ line: Value) throws(Failure) {
            try lines.write(JSON.bytes(line))
            report.lines += 1
        }
    }
}

// MARK: - Lines

extension RunExport {
    private func addRun(_ state: inout State) throws(Failure) {
        let stored = try history.stored(run)
        let snapshot = stored.snapshot
        try state.add([
            "run": [
                "id": .string(run.id.text), "workflow": .string(run.workflow),
                "labels": .map(ValueMap(run.labels.sorted { $0.key < $1.key }.map { ($0, .string(masker.mask($1))) })),
                "file": .string(run.file),
                "trigger": .string(run.trigger), "status": .string(run.status.rawValue),
                "attempt": .int(Int64(run.attempt)), "started_at": run.startedAt.archived,
                "ended_at": run.endedAt?.archived ?? .null, "error": masked(run.failure),
                "failed_step": .text(run.failedStep), "outputs": try value(try history.outputs(of: run), &state),
            ]
        ])
        try state.add([
            "snapshot": [
                "source": source(snapshot.source),
                "called": .map(
                    ValueMap(snapshot.calledFiles.sorted { $0.key < $1.key }.map { ($0.key, source($0.value)) })),
                "inputs": try value(snapshot.inputs, &state),
                "vars": try value(snapshot.vars, &state), "event": try value(snapshot.event, &state),
                "connectors": .map(ValueMap(snapshot.connectors.sorted { $0.key < $1.key }.map { ($0, .string($1)) })),
                "working_directory": .string(snapshot.workingDirectory),
                "base_url": .text(snapshot.baseURL.map { masker.mask($0) }),
                "flowctl": .string(snapshot.version),
            ]
        ])
    }

    private func add(_ call: RunSummary, _ state: inout State) throws(Failure) {
        let snapshot = try history.stored(call).snapshot
        try state.add([
            "call": [
                "path": .text(call.call), "workflow": .string(call.workflow), "file": .string(call.file),
                "status": .string(call.status.rawValue), "attempt": .int(Int64(call.attempt)),
                "started_at": call.startedAt.archived, "ended_at": call.endedAt?.archived ?? .null,
                "inputs": try value(snapshot.inputs, &state), "vars": try value(snapshot.vars, &state),
                "outputs": try value(try history.outputs(of: call), &state), "error": masked(call.failure),
                "failed_step": .text(call.failedStep),
            ]
        ])
    }

    private func add(_ step: StoredStep, _ state: inout State) throws(Failure) {
        try state.add([
            "step": [
                "path": .string(step.path), "node": .text(step.node), "status": .string(step.status.rawValue),
                "started_at": step.startedAt?.archived ?? .null, "ended_at": step.endedAt?.archived ?? .null,
                "attempts": .int(Int64(step.attempts)), "output": try value(step.output, &state),
                "error": masked(step.failure), "handled": .bool(step.isHandled),
                "note": .text(step.note.map { masker.mask($0) }),
                "resolved": try value(step.resolved, &state),
            ]
        ])
        for attempt in try history.attempts(of: step.path, in: run) { try add(attempt, of: step.path, &state) }
        var number = 1
        while let page = try history.page(number, of: step.path, in: run) {
            try state.add([
                "page": [
                    "step": .string(step.path), "number": .int(Int64(number)), "value": try value(page, &state),
                ]
            ])
            number += 1
        }
        var next = 0
        while true {
            let page = try history.items(of: step.path, in: run, from: next, limit: 500)
            guard let last = page.last else { break }
            for item in page { try add(item, of: step.path, &state) }
            for index in page.map(\.index) {
                for attempt in try history.attempts(of: step.path, item: index, in: run) {
                    try add(attempt, of: step.path, &state)
                }
            }
            next = last.index + 1
        }
        for (_, attempt) in try history.openAttempts(of: step.path, in: run).sorted(by: { $0.key < $1.key }) {
            try add(attempt, of: step.path, &state)
        }
    }

    private func add(_ attempt: StoredAttempt, of path: String, _ state: inout State) throws(Failure) {
        try state.add([
            "attempt": [
                "step": .string(path), "item": attempt.item.map { .int(Int64($0)) } ?? .null,
                "number": .int(Int64(attempt.number)), "effect": .string(attempt.intent.effect.rawValue),
                "key": .text(attempt.intent.key), "key_valid_until": attempt.intent.keyValidUntil?.archived ?? .null,
                "started_at": attempt.intent.startedAt.archived,
                "status": .text(attempt.end?.status.rawValue), "error": masked(attempt.end?.failure),
                "ended_at": attempt.end?.endedAt.archived ?? .null,
            ]
        ])
    }

    private func add(_ item: StoredItem, of path: String, _ state: inout State) throws(Failure) {
        try state.add([
            "item": [
                "step": .string(path), "index": .int(Int64(item.index)), "key": .string(masker.mask(item.key)),
                "status": .string(item.status.rawValue), "attempts": .int(Int64(item.attempts)),
                "output": try value(item.output, &state), "error": masked(item.failure),
                "ended_at": item.endedAt?.archived ?? .null,
            ]
        ])
    }

    private func addLog(_ state: inout State) throws(Failure) {
        var seen = 0
        while true {
            let page = try history.logs(of: run, after: seen, limit: 20_000)
            guard !page.isEmpty else { return }
            seen += page.count
            for line in page {
                try state.add([
                    "log": [
                        "step": .string(line.path), "item": line.item.map { .int(Int64($0)) } ?? .null,
                        "at": line.at.archived, "level": .string(line.level),
                        "message": .string(masker.mask(line.message)),
                    ]
                ])
            }
        }
    }

    private func source(_ bytes: [UInt8]) -> Value {
        .text(String(validating: bytes, as: UTF8.self).map { masker.mask($0) })
    }

    private func masked(_ failure: Failure?) -> Value { failure.map { masker.mask($0).asValue } ?? .null }

    /// A value as it is stored, without what is sealed in it. One whose file is lost is told, and left out.
    private func value(_ stored: StoredValue?, _ state: inout State) throws(Failure) -> Value {
        guard let stored else { return .null }
        let tagged: Value
        do throws(Failure) {
            tagged = try stored.tagged(ofRun: run.id.text)
        } catch {
            state.report.problems.append(error.message)
            return .null
        }
        var names: Set<String> = []
        let value = ArchiveFormat.translate(tagged, text: { masker.mask($0) }) { path in
            guard let name = files.name(at: path) else { return path }
            names.insert(name)
            return "\(ArchiveFormat.filesName)/\(name)"
        }
        state.names.formUnion(names)
        return value
    }
}

// MARK: - Files

extension RunExport {
    private func addFile(_ name: String, _ folder: String?, _ state: inout State) throws(Failure) {
        let path = files.path(of: name)
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            state.report.problems.append("there is no file \"\(path)\"")
            return
        }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw files.failure("read", path, errno) }
        try state.add(["file": ["name": .string(name), "size": .int(Int64(info.st_size))]])
        state.report.files += 1
        if let folder {
            guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw LineWriter.failure(folder, errno) }
            let copy = try LineWriter("\(folder)/\(name)")
            try files.forEachPiece(of: descriptor, path) { bytes throws(Failure) in try copy.write(raw: bytes) }
            return try copy.close()
        }
        try files.forEachPiece(of: descriptor, path) { bytes throws(Failure) in
            for start in stride(from: 0, to: bytes.count, by: ArchiveFormat.pieceSize) {
                let piece = bytes[start..<min(start + ArchiveFormat.pieceSize, bytes.count)]
                try state.add(["content": .string(Base64.encode(piece))])
            }
        }
    }
}
