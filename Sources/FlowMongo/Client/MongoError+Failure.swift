import CMongo
import FlowCore
import FlowSpec

extension MongoError {
    /// What it means for a step.
    ///
    /// - Parameters:
    ///   - effect: of the step: what may have been done where nobody can tell is `uncertain` for a write.
    ///   - place: the servers, or the collection, for the message.
    func failure(_ effect: Effect, at place: String) -> Failure {
        let failure = failureAlone(effect, at: place)
        if followsWrites { return failure.afterWrites(effect, "a part was written, then") }
        guard endsManyWrites, origin == FLOW_MONGO_SERVER, !precedesWrites else { return failure }
        return failure.afterWrites(effect, "a part may be written, then")
    }

    private func failureAlone(_ effect: Effect, at place: String) -> Failure {
        switch origin {
        case FLOW_MONGO_SERVER: serverFailure(effect, at: place)
        case FLOW_MONGO_SELECTION: selectionFailure(at: place)
        case FLOW_MONGO_AUTHENTICATION: Self.refused(at: place)
        case FLOW_MONGO_STREAM where message.contains("TLS handshake failed"): tlsFailure(at: place)
        case FLOW_MONGO_STREAM:
            Failure(
                effect == .write ? .uncertain : .network, "the connection to MongoDB at \(place) broke",
                hint: effect == .write ? Failure.hintToLook : nil,
                underlying: message)
        case FLOW_MONGO_WRITE_CONCERN: concernFailure(effect, at: place)
        case FLOW_MONGO_ARGUMENT:
            Failure(.invalid, "MongoDB's client refuses this: \(message)", nothingSent: true)
        default: Failure(.invalid, "MongoDB at \(place): \(message)", nothingSent: origin == FLOW_MONGO_SESSION)
        }
    }

    // MARK: Before anything was sent

    private static func refused(at place: String) -> Failure {
        Failure(
            .auth, "MongoDB at \(place) refuses the user name or password",
            hint: "check username and password, and auth_source, the database that the account is in",
            code: "18", nothingSent: true)
    }

    private func selectionFailure(at place: String) -> Failure {
        if message.contains("TLS handshake failed") { return tlsFailure(at: place) }
        let hint =
            if message.contains("connection refused") {
                "check host and port, and that the server runs"
            } else if message.contains("ailed to resolve") {
                "check the name of the host"
            } else if message.contains("connection closed") || message.contains("socket error") {
                // Over TLS that is all that is told of a port where nobody listens, too.
                "check host and port, and that the server runs; where it has no TLS, set tls to insecure-off"
            } else {
                "check host, port, replica_set and the firewall"
            }
        return Failure(
            .network, "no server of MongoDB at \(place) can be used: \(reasons)", hint: hint, underlying: message,
            nothingSent: true)
    }

    /// What libmongoc says of each server, in brackets.
    private var reasons: String {
        guard let start = message.firstIndex(of: "["), let end = message.lastIndex(of: "]"), start < end else {
            return "none answered in time"
        }
        return String(message[message.index(after: start)..<end])
    }

    private func tlsFailure(at place: String) -> Failure {
        let (what, hint) =
            if message.contains("hostname mismatch") || message.contains("IP address mismatch") {
                ("its certificate is for another host", "give the host as the certificate names it")
            } else if message.contains("certificate has expired") {
                ("its certificate has expired", "renew it on the server")
            } else if message.contains("certificate verify failed") {
                (
                    "its certificate is signed by nobody who is trusted",
                    "name the file of the authority that signed it in ca_file"
                )
            } else {
                ("no encrypted connection could be made", "where the server has no TLS, set tls to insecure-off")
            }
        return Failure(
            .tls, "MongoDB at \(place): \(what)", hint: hint, underlying: message, nothingSent: true)
    }

    // MARK: What a server says

    private func concernFailure(_ effect: Effect, at place: String) -> Failure {
        Failure(
            effect == .write ? .uncertain : .transient, "\(place): written, but not as widely as asked: \(message)",
            hint: "look at the members of the replica set", code: String(code))
    }

    /// The codes of servers that stop, step down or are cut off: a write may have been done.
    private static let interruptions: Set<UInt32> = [
        6, 7, 89, 91, 189, 262, 9001, 11600, 11601, 11602,
    ]
    /// Those that say that nothing was done, and may pass.
    private static let refusals: Set<UInt32> = [112, 246, 251, 10107, 13435, 13436]
    /// Those that servers find before they write the first document: what can't be read, isn't allowed or isn't there.
    /// Not 2, 14 and most others: an operator that doesn't fit the hundredth document has them as well.
    private static let early: Set<UInt32> = [9, 13, 18, 26, 59, 8000, 10107, 13435, 13436, 40324, 40415]

    private var precedesWrites: Bool {
        Self.early.contains(code)
            || code == 2 && (message.hasPrefix("unknown operator") || message.hasPrefix("unknown top level operator"))
    }

    private func serverFailure(_ effect: Effect, at place: String) -> Failure {
        var failure = Failure(kind(effect), "\(place): \(words)", hint: hint, code: String(code))
        if code == 18 || code == 8000 { failure = Self.refused(at: place) }
        return failure
    }

    private func kind(_ effect: Effect) -> FailureKind {
        switch code {
        case 13: .permission
        case 26: .notFound
        case 48, 85, 86, 11000, 11001, 12582: .conflict
        case 50: .timeout
        case 64, 100: effect == .write ? .uncertain : .transient
        case _ where Self.refusals.contains(code): .transient
        case _ where Self.interruptions.contains(code): effect == .write ? .uncertain : .transient
        case 43 where effect == .read: .transient
        case _ where has(label: "RetryableWriteError"): effect == .write ? .uncertain : .transient
        default: .invalid
        }
    }

    private var words: String {
        switch code {
        case 11000, 11001, 12582: duplicate
        case 13: "the account may not do that"
        case 26: "there is no such collection"
        case 50: "took longer than it may"
        case 121: "the document breaks the rules of the collection"
        default: ServiceText.shortened(message, to: 300)
        }
    }

    private var hint: String? {
        switch code {
        case 11000, 11001, 12582: "give it another value, or update the document that has it"
        case 13: "give the user a role for it, or use another credential"
        case 20 where message.contains("ransaction"): "transactions need a replica set or a sharded cluster"
        case 40573: "changes can be followed in a replica set or a sharded cluster only"
        case 43: "the server has forgotten the query; take fewer documents at a time"
        case 50: "raise max_time, or make an index for it"
        case 85, 86: "drop the other index, or give this one another name"
        case 121: brokenRules
        case 280, 286: "start without resume_after"
        default: nil
        }
    }

    /// Without the value, which is nobody's business.
    private var duplicate: String {
        let index = message.firstRange(of: " index: ").map { message[$0.upperBound...].prefix { $0 != " " } }
        return index.map { "a document with that value is there already (index \($0))" }
            ?? "a document with that value is there already"
    }

    /// The members that a schema objects to, by their names.
    private var brokenRules: String? {
        var names: [String] = []
        func collect(_ value: Value) {
            if case .list(let items) = value { return items.forEach(collect) }
            guard case .map(let map) = value else { return }
            if let name = map["propertyName"]?.stringValue { names.append(name) }
            for name in map["missingProperties"]?.listValue ?? [] {
                names.append(contentsOf: [name].compactMap(\.stringValue))
            }
            for (_, member) in map { collect(member) }
        }
        collect(answer["errInfo"] ?? answer["writeErrors"] ?? .null)
        return names.isEmpty ? nil : "look at \(names.map { "\"\($0)\"" }.joined(separator: ", "))"
    }
}

extension Failure {
    fileprivate static let hintToLook =
        "look whether the write was done, then resume with --mark-done or --retry-uncertain"

    /// The same of work of which a part was done before, or may have been: to do all of it again would do that part
    /// twice, whatever ended it.
    ///
    /// - Parameter part: what is known of it.
    fileprivate func afterWrites(_ effect: Effect, _ part: String) -> Failure {
        var failure = self
        failure.nothingSent = false
        guard effect == .write, kind != .uncertain else { return failure }
        failure.kind = .uncertain
        failure.message = "\(part): \(message)"
        failure.hint = Self.hintToLook
        return failure
    }
}
