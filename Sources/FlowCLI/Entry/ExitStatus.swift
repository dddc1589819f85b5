import FlowCore

/// What the process ends with.
enum ExitStatus: Int32, Sendable {
    case success = 0
    case failure = 1
    /// The command line is wrong.
    case usage = 2
    /// A workflow or connector file is wrong.
    case invalidFile = 3
    /// A credential is missing or refused.
    case auth = 4
    case cancelled = 5
    /// The run's own time-out.
    case timedOut = 6
    /// A write may or may not have happened.
    case uncertain = 7
    case bug = 70

    /// Of the first failure nothing handled. A step's time-out is a failure like others: only the run's is `timedOut`.
    init(_ kind: FailureKind) {
        switch kind {
        case .auth: self = .auth
        case .cancelled: self = .cancelled
        case .uncertain: self = .uncertain
        case .internal: self = .bug
        default: self = .failure
        }
    }
}

/// Ends a command early: with a status, and with what is still to be said.
struct Exit: Error {
    var status: ExitStatus
    var failures: [Failure]
    var diagnostics: [Diagnostic]

    /// Everything has been said already.
    static func status(_ status: ExitStatus) -> Exit { Exit(status: status) }

    /// The command line asks for something that doesn't exist or can't be.
    static func usage(_ message: String, hint: String? = nil) -> Exit {
        Exit(status: .usage, failures: [Failure(.invalid, message, hint: hint)])
    }

    static func invalidFile(_ diagnostics: [Diagnostic]) -> Exit {
        Exit(status: .invalidFile, diagnostics: diagnostics)
    }

    static func invalidFile(_ failure: Failure) -> Exit { Exit(status: .invalidFile, failures: [failure]) }

    /// Of any error a command may throw.
    init(_ error: any Error) {
        switch error {
        case let exit as Exit: self = exit
        case let diagnostic as Diagnostic: self = .invalidFile([diagnostic])
        default:
            let failure = Failure(error)
            self.init(status: ExitStatus(failure.kind), failures: [failure])
        }
    }

    init(status: ExitStatus, failures: [Failure] = [], diagnostics: [Diagnostic] = []) {
        self.status = status
        self.failures = failures
        self.diagnostics = diagnostics
    }

    /// Tells the user: text on standard error, or the one JSON document on standard output.
    func report(on console: Console) {
        if console.format == .json {
            guard !failures.isEmpty || !diagnostics.isEmpty else { return }
            var document = ValueMap()
            document["error"] = failures.first?.asValue
            if failures.count > 1 { document["errors"] = .list(failures.map(\.asValue)) }
            if !diagnostics.isEmpty { document["diagnostics"] = .list(diagnostics.map(\.asValue)) }
            console.show(json: .map(document))
            return
        }
        for diagnostic in diagnostics { console.complain(diagnostic) }
        for failure in failures { console.complain(failure) }
    }
}
