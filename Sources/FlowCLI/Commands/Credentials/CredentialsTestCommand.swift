import ArgumentParser
import FlowCore
import FlowSpec
import FlowVault

/// `flowctl credentials test NAME`
struct CredentialsTestCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Ask the service whether a credential works.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The credential's name.", completion: .custom { _, _, _ in Completions.credentials() })
    var name: String

    @Option(help: ArgumentHelp("Send requests there instead, for tests and gateways.", valueName: "[name=]url"))
    var baseURL: String?

    func run(in session: Session) async throws {
        let baseURL = try BaseURL.option(baseURL)
        let connectors = try session.connectors()
        let types = CredentialTypeIndex(connectors: connectors)
        let resolver = session.credentials(try session.vaultAccess(), types: types.types(for: session.environment))
        guard
            let credential = try await resolver.credential(
                named: name, defaultType: types.defaultType(forCredential: name))
        else { throw Exit.usage("there is no credential \"\(name)\"", hint: "run \"flowctl credentials list\"") }
        guard let testNode = types.type(named: credential.type)?.testNode else {
            throw Exit.usage(
                "a credential of type \(credential.type) can't be tested by itself",
                hint: "use it: flowctl nodes run http.request --credential \(name) url=…")
        }
        let node = try NodeIndex(session.nodes(with: connectors)).node(testNode)
        var context = try await NodeBench(session, connectors).context(for: node.spec, credential: name)
        context.baseURL = baseURL?.url(for: node.spec.group)
        let arguments = try node.spec.bind(ValueMap())
        let output = try await Interruption.cancellable { [context] in
            try await NodeBench.run(node, arguments, in: context)
        }
        session.console.show(json: ["name": .string(name), "works": true, "answer": output]) {
            session.console.show("\("✓", .green) \(name) works (\(testNode))")
        }
    }
}
