import ArgumentParser
import FlowCore

/// `flowctl new FILE`
struct NewCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Write a new workflow file from a template.",
        discussion: """
            flowctl new --list
            flowctl new pull-request-to-slack digest.yaml
            Without a template it is the simplest; without a file, one named like the template. "flowctl run FILE --mock" \
            tries it without an account.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(
        help: "A template, and the file to make; .yaml is added where that has no extension.",
        completion: .custom { _, _, _ in Starter.all.map(\.name) })
    var words: [String] = []

    @Flag(help: "List the templates.")
    var list = false

    func run(in session: Session) async throws {
        let console = session.console
        guard !list, let file = words.last else {
            guard words.isEmpty else { throw Exit.usage("--list makes no file") }
            console.show(json: .list(Starter.all.map { ["name": .string($0.name), "summary": .string($0.summary)] })) {
                var table = Table("TEMPLATE", "SUMMARY")
                for starter in Starter.all {
                    table.add(StyledText(starter.name, .bold), StyledText(starter.summary))
                }
                table.show(on: console)
            }
            return
        }
        guard words.count <= 2 else {
            throw Exit.usage(
                "there is a word too many: \(JSON.quoted(words[2]))", hint: "write flowctl new TEMPLATE FILE")
        }
        let starters = Starter.all
        let isTemplate = starters.contains { $0.name == file }
        if words.count == 1, !isTemplate, !file.contains("."), !file.contains("/"),
            let near = Suggestion.didYouMean(file, among: starters.map(\.name))
        {
            throw Exit.usage(
                "there is no template \"\(terminalSafe(file))\"",
                hint: "\(near) For a file of that name write flowctl new \(Starter.simplest) \(terminalSafe(file))")
        }
        let template = words.count == 2 ? words[0] : isTemplate ? file : Starter.simplest
        guard let chosen = starters.first(where: { $0.name == template }) else {
            throw Exit.usage(
                "there is no template \"\(terminalSafe(template))\"",
                hint: Suggestion.didYouMean(template, among: starters.map(\.name))
                    ?? "run \"flowctl new --list\" for all")
        }
        guard let name = file.split(separator: "/").last.map(String.init) else {
            throw Exit.usage("the file needs a name", hint: "write flowctl new TEMPLATE FILE")
        }
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
