import ArgumentParser
import FlowConnect
import FlowCore

/// `flowctl generate`: what the repository's `make docs` calls.
struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Write files that are made from the code.", shouldDisplay: false,
        subcommands: [
            GenerateManCommand.self, GenerateFunctionsCommand.self, GenerateProvidersCommand.self,
            GenerateReferenceCommand.self,
        ])
}

struct GenerateManCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "man", abstract: "Write a man page for each command.", shouldDisplay: false)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The folder the pages go to.")
    var folder: String

    func run(in session: Session) async throws {
        let description = try JSON.parse(FlowctlCommand._dumpHelp())
        guard let root = description["command"].flatMap(CommandDescription.init) else {
            throw Failure(.internal, "the description of the command line can't be read")
        }
        let folder = session.absolutePath(folder)
        for page in ManPage.all(of: root) {
            try session.write(page.text, to: "\(folder)/\(page.name).1")
        }
    }
}

struct GenerateFunctionsCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "functions", abstract: "Write the page about the functions of expressions.", shouldDisplay: false)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The file.")
    var file: String

    func run(in session: Session) async throws {
        try session.write(FunctionPage.text, to: session.absolutePath(file))
    }
}

struct GenerateProvidersCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "providers", abstract: "Write the page about the providers of logins.", shouldDisplay: false)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The file.")
    var file: String

    func run(in session: Session) async throws {
        try session.write(ProviderPage.text, to: session.absolutePath(file))
    }
}

struct GenerateReferenceCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "reference", abstract: "Write a page for each app that is part of flowctl.", shouldDisplay: false)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The folder the pages go to.")
    var folder: String

    func run(in session: Session) async throws {
        let source = ConnectorSource(files: session.files)
        let connectors = try source.connectorNames.compactMap { try source.connector($0) }
        let folder = session.absolutePath(folder)
        try session.write(ReferencePage.index(connectors), to: "\(folder)/README.md")
        for connector in connectors {
            try session.write(ReferencePage(connector).text, to: "\(folder)/\(connector.name).md")
        }
    }
}
