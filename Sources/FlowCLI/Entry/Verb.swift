import ArgumentParser

/// A command that does something: reading the command line is ArgumentParser's, running it has a session.
protocol Verb: ParsableCommand {
    var global: GlobalOptions { get }
    /// How remarks and errors are written to standard error.
    var logFormat: LogFormat { get }

    func run(in session: Session) async throws
}

extension Verb {
    var logFormat: LogFormat { .text }
}
