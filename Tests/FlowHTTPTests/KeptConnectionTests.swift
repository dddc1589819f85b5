import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Testing

/// Connections that are used again, and those that must not be.
@Suite(.enabled(if: TLSServer.isInstalled, "needs nginx and openssl")) struct KeptConnectionTests {
    private let client = CurlClient()

    private func answer(_ text: String) -> [UInt8] {
        Array("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)".utf8)
    }

    private func call(_ method: String, _ url: String, _ route: HTTPRoute) -> HTTPCall {
        HTTPCall(HTTPRequest(method, url), effect: method == "GET" ? .read : .write, route: route)
    }

    /// What each of three requests is answered that follow one another after a while.
    private func answers(_ methods: [String], _ url: String, _ route: HTTPRoute) async throws -> [String] {
        var answers: [String] = []
        for method in methods {
            answers.append(try await client.send(call(method, url, route)).text)
            try await Task.sleep(for: .milliseconds(150))
        }
        return answers
    }

    // MARK: Bytes that nobody asked for

    /// Over HTTP/1.1 a read is the only one on its connection, as a write is.
    @Test(arguments: ["GET", "POST"], ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother", "\r\n", "abc"])
    func bytesThatNobodyAskedForOverTLS(method: String, unasked: String) async throws {
        let server = try ScriptedTLSServer(
            [answer("first"), answer("second"), answer("third")], unasked: Array(unasked.utf8))
        let route = HTTPRoute(caFile: server.certificate)
        #expect(try await answers(["GET", method, "GET"], server.url, route) == ["first", "second", "third"])
    }

    @Test(arguments: ["GET", "POST"])
    func bytesThatNobodyAskedForOverAUnixSocket(method: String) async throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/socket"
        let server = try ScriptedPort(
            Array(repeating: answer("own"), count: 3), unasked: answer("other"), at: path)
        let answers = try await answers([method, method, "GET"], "http://docker/", HTTPRoute(unixSocket: path))
        #expect(answers == ["own", "own", "own"])
        _ = server
    }

    // MARK: Connections that are kept

    /// With TLS 1.3 a ticket comes after the handshake, and is no answer to nothing.
    @Test(arguments: ["TLSv1.2", "TLSv1.3"], [true, false])
    func connectionsOverTLSThatHaveRestedAreUsedAgain(protocols: String, hasHTTP2: Bool) async throws {
        let server = try TLSServer(protocols: protocols, hasHTTP2: hasHTTP2)
        let route = HTTPRoute(caFile: server.certificate)
        let answers = try await answers(["GET", "GET", "GET", "GET"], server.url, route)
        #expect(Set(answers).count == 1)
    }

    @Test func connectionsOverAUnixSocketThatHaveRestedAreUsedAgain() async throws {
        let server = try TLSServer()
        let route = HTTPRoute(unixSocket: server.unixSocket)
        // A write would get another one after a second, which passes on a busy machine.
        let answers = try await answers(["GET", "GET", "GET"], "http://docker/", route)
        #expect(Set(answers).count == 1)
    }

    @Test func manyAtOnceOverAUnixSocketHaveAConnectionEach() async throws {
        let server = try TLSServer(pause: 100)
        let route = HTTPRoute(unixSocket: server.unixSocket)
        var connections: Set<String> = []
        for _ in 0..<3 {
            try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<20 { group.addTask { try await client.send(call("GET", "http://docker/", route)).text } }
                for try await connection in group { connections.insert(connection) }
            }
        }
        #expect((1...20).contains(connections.count))
    }
}
