import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Testing

@Suite struct CatalogTests {
    @Test func theIndexOfEmbeddedOperationsIsFresh() throws {
        let source = ConnectorSource(files: UnexpectedUse())
        for file in EmbeddedCatalog.connectors {
            let connector = try #require(try source.connector(file.name))
            #expect(file.operations == connector.operations.map(\.name).sorted(), "run scripts/embed-catalog")
        }
    }

    @Test func everyConnectorOfTheTreeIsEmbeddedAsItStands() throws {
        let names = TestFiles.list(TestFiles.root + "/connectors").filter { $0.hasSuffix(".yaml") }
        #expect(EmbeddedCatalog.connectors.map(\.path) == names.map { "connectors/" + $0 }, "run scripts/embed-catalog")
        for file in EmbeddedCatalog.connectors {
            #expect(TestFiles.read(TestFiles.root + "/" + file.path) == file.bytes)
        }
    }

    @Test(arguments: EmbeddedCatalog.connectors.map(\.name))
    func embeddedConnectorsHaveNothingToRemark(name: String) throws {
        let file = try #require(EmbeddedCatalog.connector(name))
        let text = SourceText(name: file.path, bytes: file.bytes)
        let remarks = ConnectorLint.check(text, from: .embeddedConnector, in: .test())
        #expect(remarks.all.isEmpty, "\(remarks.all.map(\.rendered).joined(separator: "\n"))")
    }

    @Test func findsEmbeddedNodesByName() throws {
        let source = ConnectorSource(files: UnexpectedUse())
        #expect(source.names.contains("slack.send_message"))
        #expect(try source.node(named: "slack.send_message")?.spec.effect == .write)
        #expect(try source.node(named: "slack.nothing") == nil)
        #expect(try source.node(named: "nothing.at_all") == nil)
        #expect(try source.node(named: "slack") == nil)
    }

    // MARK: Folders

    private static let own = """
        connector: tickets
        base: https://tickets.acme.test
        operations:
          get: { summary: Show a ticket., effect: read, request: "GET t/{id}", params: { id: { type: int, required: true } } }
        """

    @Test func aFileInAFolderAddsAnApp() throws {
        let source = ConnectorSource(
            directories: ["/missing", "/apps"], files: MemoryFiles(texts: ["/apps/tickets.yaml": Self.own]))
        #expect(Set(source.connectorNames).isSuperset(of: ["github", "slack", "tickets"]))
        #expect(source.names.contains("tickets.get"))
        #expect(try source.node(named: "tickets.get")?.spec.source == .connectorFile(path: "/apps/tickets.yaml"))
    }

    @Test func theFirstFolderWins() throws {
        let files = MemoryFiles(texts: [
            "/a/tickets.yaml": Self.own,
            "/b/tickets.yaml": Self.own.replacing("Show a ticket.", with: "Another."),
        ])
        let source = ConnectorSource(directories: ["/a", "/b"], files: files)
        #expect(try source.node(named: "tickets.get")?.spec.summary == "Show a ticket.")
    }

    @Test func aFileMayStandInForAnEmbeddedAppOnlyWhenItSaysSo() throws {
        let text = Self.own.replacing("connector: tickets", with: "connector: slack")
        let silent = ConnectorSource(directories: ["/a"], files: MemoryFiles(texts: ["/a/slack.yaml": text]))
        let error = #expect(throws: Diagnostic.self) { try silent.node(named: "slack.get") }
        #expect(error?.message == "\"slack\" is part of flowctl, and this file would stand in for it")
        #expect(error?.hint == "add \"override: true\" to replace it, or give the connector another name")

        let said = ConnectorSource(
            directories: ["/a"], files: MemoryFiles(texts: ["/a/slack.yaml": "override: true\n" + text]))
        #expect(try said.node(named: "slack.get") != nil)
        #expect(try said.node(named: "slack.send_message") == nil)
    }

    @Test func aFileMustBeNamedAsItsConnector() throws {
        let source = ConnectorSource(directories: ["/a"], files: MemoryFiles(texts: ["/a/ticket.yaml": Self.own]))
        let error = #expect(throws: Diagnostic.self) { try source.connector("ticket") }
        #expect(error?.message == "the connector \"tickets\" stands in a file named \"ticket\"")
        #expect(error?.hint == "rename the file to tickets.yaml")
    }

    @Test func aPipeIsNoFileToWaitFor() throws {
        var files = MemoryFiles(texts: ["/apps/tickets.yaml": Self.own])
        files.pipes = ["/apps/pipe.yaml"]
        let source = ConnectorSource(directories: ["/apps"], files: files)
        #expect(throws: Failure(.invalid, "/apps/pipe.yaml is no file", hint: "remove it, or give it another name")) {
            try source.connector("pipe")
        }
        #expect(source.names.contains("tickets.get"))
    }

    // MARK: Credential types

    @Test func saysWhatCredentialsAnAppTakes() throws {
        let source = ConnectorSource(files: UnexpectedUse())
        let type = try #require(source.defaultCredentialType(ofNode: "slack.send_message"))
        #expect(type.name == "slack_bot")
        #expect(type.service == "slack")
        #expect(type.testNode == "slack.auth_test")
        #expect(type.soleSecretField?.name == "bot_token")
        #expect(type.fields.map(\.name) == ["bot_token", "base_url"])
        #expect(type.origins.map(\.description).sorted() == ["https://files.slack.com", "https://slack.com"])
        #expect(Set(source.credentialTypes.map(\.name)).isSuperset(of: ["github_token", "slack_bot", "slack_user"]))
    }
}
