import FlowConnect
import FlowCore
import FlowOAuth
import FlowTestKit
import Testing

/// The files of providers, and how one is found.
@Suite struct ProviderTests {
    @Test func everyProviderOfTheTreeIsEmbedded() {
        let files = TestFiles.list(TestFiles.root + "/connectors/providers")
        #expect(ProviderCatalog.names.map { $0 + ".yaml" } == files, "run scripts/embed-catalog")
    }

    @Test(arguments: ProviderCatalog.names) func fileHasNothingToRemark(name: String) throws {
        let remarks = try #require(ProviderCatalog.diagnostics(of: name))
        #expect(remarks.all.isEmpty, "\(remarks.all.map(\.rendered).joined(separator: "\n"))")
        let provider = try #require(ProviderCatalog.provider(name)).resolved()
        #expect(provider.name == name)
        #expect(provider.tokens.provider == name)
        #expect(!provider.hosts.isEmpty && provider.hosts.allSatisfy { Origin($0)?.description == $0 })
        for address in [
            provider.authorizeURL, provider.deviceURL, provider.tokens.url, provider.tokens.revocation?.url,
            provider.guide.console, provider.guide.manage,
        ] {
            #expect(address?.hasPrefix("https://") != false)
        }
        #expect(!provider.tokens.url.contains("{"))
    }

    @Test(arguments: ProviderCatalog.names) func guideLeadsThroughTheConsole(name: String) throws {
        let provider = try #require(ProviderCatalog.provider(name))
        #expect(provider.guide.console != nil)
        #expect(provider.guide.manage != nil)
        #expect(provider.guide.steps.count >= 3)
        let namesRedirect = provider.guide.steps.contains { $0.contains("{redirect}") }
        // Google asks for none: any port of 127.0.0.1 will do.
        #expect(namesRedirect || name == "google")
    }

    @Test func everyScopeNameStandsForOneScope() {
        for provider in ProviderCatalog.all {
            let scopes = provider.scopes
            #expect(Set(scopes.names.values).count == scopes.names.count, "\(provider.name)")
            #expect(
                scopes.resolved(scopes.standard + scopes.always).count == scopes.standard.count + scopes.always.count)
        }
    }

    @Test func aliasLeadsToTheProvider() {
        #expect(ProviderCatalog.provider("twitter")?.name == "x")
        #expect(ProviderCatalog.provider("jira")?.name == "atlassian")
        #expect(ProviderCatalog.provider("nobody") == nil)
        let names = ProviderCatalog.names + ProviderCatalog.all.flatMap(\.aliases)
        #expect(Set(names).count == names.count)
    }

    @Test func variablesFillTheAddresses() throws {
        let microsoft = try #require(ProviderCatalog.provider("microsoft"))
        #expect(
            microsoft.resolved().tokens.url == "https://login.microsoftonline.com/common/oauth2/v2.0/token")
        let own = microsoft.resolved(["tenant": "contoso.example"])
        #expect(own.tokens.url == "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token")
        #expect(own.deviceURL == "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/devicecode")
        let server = try #require(ProviderCatalog.provider("openproject")).resolved(["server": "acme.example/plans"])
        #expect(server.authorizeURL == "https://acme.example/plans/oauth/authorize")
        #expect(server.hosts == ["https://acme.example/plans"])
        #expect(server.guide.console == "https://acme.example/plans/admin/oauth/applications")
        let github = try #require(ProviderCatalog.provider("github")).resolved()
        #expect(github.hosts == ["https://api.github.com", "https://uploads.github.com"])
        #expect(github.tokens.revocation?.url == "https://api.github.com/applications/{client_id}/grant")
    }

    @Test func shortScopesStandForLongOnes() throws {
        let google = try #require(ProviderCatalog.provider("google"))
        #expect(
            google.scopes.resolved(["drive", "https://example.com/own", "drive"])
                == ["https://www.googleapis.com/auth/drive", "https://example.com/own"])
    }

    // MARK: Those of connectors

    private func source(_ auth: String) -> ConnectorSource {
        let text = """
            connector: shop
            title: The Shop
            base: https://shop.acme.test/api
            hosts: [https://files.acme.test]
            auth:
              shop_login: { type: oauth2, test: whoami, \(auth) }
            operations:
              whoami: { summary: Show who asks., effect: read, request: GET me }
            """
        return ConnectorSource(directories: ["/apps"], files: MemoryFiles(texts: ["/apps/shop.yaml": text]))
    }

    @Test func connectorMayDescribeAProviderOfItsOwn() throws {
        let source = source(
            "authorize_url: 'https://id.acme.test/a', token_url: 'https://id.acme.test/t', scopes: [read], "
                + "tokens: { client_authentication: basic }")
        let provider = try #require(try source.provider(named: "shop"))
        #expect(provider.title == "The Shop")
        #expect(provider.authorizeURL == "https://id.acme.test/a")
        #expect(provider.tokens.authentication == .basic)
        #expect(provider.scopes.standard == ["read"])
        #expect(provider.hosts == ["https://shop.acme.test/api", "https://files.acme.test"])
        #expect(source.testNode(forProvider: "shop") == "shop.whoami")
    }

    @Test func connectorMayAskForScopesOfAKnownProvider() throws {
        let source = source("provider: hubspot, scopes: [tickets]")
        let provider = try #require(try source.provider(named: "shop"))
        #expect(provider.name == "hubspot")
        #expect(provider.scopes.standard == ["tickets"])
        #expect(source.testNode(forProvider: "hubspot") == "shop.whoami")
        #expect(try source.provider(named: "hubspot")?.scopes.standard != ["tickets"])
        #expect(try source.provider(named: "nobody") == nil)
    }

    @Test func loginsOfEmbeddedConnectorsCanBeTested() {
        let source = ConnectorSource(files: UnexpectedUse())
        #expect(source.testNode(forProvider: "github") == "github.get_user")
        #expect(source.testNode(forProvider: "slack") == "slack.auth_test")
        #expect(source.testNode(forProvider: "x") == nil)
    }
}
