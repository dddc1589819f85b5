import ArgumentParser
import FlowCore

/// `flowctl new FILE`
struct NewCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Write a starter workflow to a new file.",
        discussion: "Without a file it lists the starters.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The file to make; .yaml is added where it has no extension.")
    var file: String?

    @Option(
        help: ArgumentHelp("Which starter.", valueName: "name"),
        completion: .custom { _, _, _ in Starter.all.map(\.name) })
    var starter = Starter.simplest

    func run(in session: Session) async throws {
        let console = session.console
        guard let file else {
            console.show(json: .list(Starter.all.map { ["name": .string($0.name), "summary": .string($0.summary)] })) {
                var table = Table("STARTER", "SUMMARY")
                for starter in Starter.all {
                    table.add(StyledText(starter.name, .bold), StyledText(starter.summary))
                }
                table.show(on: console)
            }
            return
        }
        guard let chosen = Starter.all.first(where: { $0.name == starter }) else {
            throw Exit.usage(
                "there is no starter \"\(starter)\"",
                hint: Suggestion.didYouMean(starter, among: Starter.all.map(\.name))
                    ?? "run \"flowctl new\" for the list")
        }
        let name = String(file.split(separator: "/").last ?? "workflow")
        let path = name.contains(".") ? file : file + ".yaml"
        let stem = String(name.prefix { $0 != "." })
        do {
            try session.write(chosen.text(named: stem), to: path, replacing: false)
        } catch {
            throw Exit.usage(error.message, hint: error.hint)
        }
        console.show(json: ["file": .string(path)]) { console.show("wrote \(path)") }
        console.note("run it with: flowctl run \(path)")
    }
}
