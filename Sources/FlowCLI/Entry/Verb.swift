import ArgumentParser

/// A command that does something: reading the command line is ArgumentParser's, running it has a session.
protocol Verb: ParsableCommand {
    var global: GlobalOptions { get }

    func run(in session: Session) async throws
}
