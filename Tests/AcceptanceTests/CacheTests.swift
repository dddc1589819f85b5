import FlowCore
import FlowTestKit
import Testing

/// Responses that are asked for again, by the next run too.
@Suite("Cache") struct CacheTests {
    private static let token = "ghp_fakecache0123456789"

    private func server() throws -> FaultServer {
        try FaultServer { request in
            request.headers["If-None-Match"] == "\"v1\""
                ? .status(304)
                : .json(
                    ["login": "octo-in-a-private-body"], headers: [("ETag", "\"v1\""), ("Cache-Control", "private")])
        }
    }

    private func machine(_ server: FaultServer, step: String = "") async throws -> Machine {
        let machine = try Machine([
            "who.yaml": """
            name: who
            steps:
              - { id: me, uses: github.get_user\(step) }
            outputs: { login: "${{ steps.me.output.login }}" }
            """
        ])
        try await machine.makeVault([("github", "github_token", CacheTests.token)], for: server.url)
        return machine
    }

    @Test func nextRunAsksGitHubOnlyWhatHasChangedAndTheDiskTellsNothing() async throws {
        let server = try server()
        let machine = try await machine(server)
        for _ in 0..<2 {
            let result = try await machine.run("flowctl run who.yaml -q --base-url \(server.url)")
            #expect(result.output == "login: octo-in-a-private-body\n", "\(result.errors)")
        }
        #expect(server.requests.map { $0.headers["If-None-Match"] } == [nil, "\"v1\""])
        let shown = try await machine.run("flowctl runs show latest --step me")
        #expect(shown.output.contains("GET \(server.url)/user → 304 in "), "\(shown.output)")
        // The journal has the output of the step; the stored response is sealed.
        let cache = try Folder.bytes(of: machine.home + "/.cache/flowctl/responses.db")
        #expect(!cache.isEmpty)
        #expect(cache.firstRange(of: Array("octo-in-a-private-body".utf8)) == nil)
        #expect(cache.firstRange(of: Array("/user".utf8)) == nil)
        try machine.expectNoTrace(of: CacheTests.token)
    }

    @Test func clearedCacheIsAskedForAnew() async throws {
        let server = try server()
        let machine = try await machine(server)
        let run = "flowctl run who.yaml -q --base-url \(server.url)"
        #expect(try await machine.run(run).exit == 0)
        let status = try await machine.run("flowctl cache")
        #expect(
            status.output == "1 answer, 1 KiB, in \(machine.home)/.cache/flowctl/responses.db\n", "\(status.errors)")
        #expect(try await machine.run("flowctl cache clear").errors == "forgot 1 answer\n")
        #expect(try await machine.run(run).exit == 0)
        #expect(server.requests.map { $0.headers["If-None-Match"] } == [nil, nil])
    }

    @Test func whatAnotherVaultHasSealedIsNotRead() async throws {
        let server = try server()
        let machine = try await machine(server)
        let run = "flowctl run who.yaml -q --base-url \(server.url)"
        #expect(try await machine.run(run).exit == 0)
        #expect(try await machine.run("rm -r .local/share/flowctl .config/flowctl").exit == 0)
        try await machine.makeVault([("github", "github_token", CacheTests.token)], for: server.url)
        let again = try await machine.run(run)
        #expect(again.output == "login: octo-in-a-private-body\n", "\(again.errors)")
        #expect(server.requests.map { $0.headers["If-None-Match"] } == [nil, nil])
    }

    @Test func stepWithoutCacheReadsAnew() async throws {
        let server = try server()
        let machine = try await machine(server, step: ", cache: false")
        for _ in 0..<2 { _ = try await machine.run("flowctl run who.yaml -q --base-url \(server.url)") }
        #expect(server.requests.map { $0.headers["If-None-Match"] } == [nil, nil])
    }

    @Test func withoutAVaultNothingIsKeptOnDisk() async throws {
        let server = try server()
        let machine = try Machine([
            "who.yaml": """
            name: who
            steps:
              - { id: one, uses: http.request, with: { url: "\(server.url)/user" } }
              - { id: two, uses: http.request, with: { url: "\(server.url)/user" } }
            """
        ])
        let result = try await machine.run("flowctl run who.yaml -q")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(server.requests.map { $0.headers["If-None-Match"] } == [nil, "\"v1\""])
        #expect(!Folder.files(below: machine.home).contains { $0.hasSuffix("responses.db") })
    }
}
