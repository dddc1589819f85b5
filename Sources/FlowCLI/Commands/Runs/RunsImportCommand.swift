import ArgumentParser
import FlowCore
import FlowStore

/// `flowctl runs import PATH`
struct RunsImportCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Read a run that \"flowctl runs export\" wrote into the history.",
        discussion: """
            It can be listed, shown and explained like others, but not resumed: its secrets stayed where it ran.
            With --output json: an object as of runs list.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The folder or file.", completion: .file())
    var path: String

    func run(in session: Session) async throws {
        let reading = try RunImport(session.absolutePath(path), into: try session.settings.stateDatabase)
        let run = try reading.read()
        session.console.show(json: run.asValue) {
            session.console.note("imported run \(run.id.text, .bold) of \(run.workflow)")
            session.console.note("  look at it with: flowctl runs show \(run.id.text)")
        }
    }
}
