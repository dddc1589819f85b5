import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Testing

@Suite(.enabled(if: TLSServer.isInstalled, "needs nginx and openssl")) struct TLSTests {
    private let client = CurlClient()

    private func call(_ server: TLSServer, _ method: String = "GET", body: HTTPBody = .none) -> HTTPCall {
        HTTPCall(
            HTTPRequest(method, server.url, body: body), effect: method == "GET" ? .read : .write,
            route: HTTPRoute(caFile: server.certificate))
    }

    @Test func manyRequestsShareOneHTTP2Connection() async throws {
        let server = try TLSServer()
        let call = call(server)
        let first = try await client.send(call)
        #expect(first.version == "2")
        let connections = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<100 { group.addTask { try await client.send(call).text } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(connections == [first.text])
        #expect(first.url == server.url)
    }

    /// nginx as it comes remembers no session itself, and gives tickets for them.
    @Test(arguments: ["TLSv1.2", "TLSv1.3"])
    func aSecondConnectionResumesTheSessionOfTheFirst(protocols: String) async throws {
        let server = try TLSServer(
            protocols: protocols, variable: "ssl_session_reused", hasHTTP2: false, lifetime: 1)
        var answers: [String] = []
        for _ in 0..<3 { answers.append(try await client.send(call(server)).text) }
        #expect(answers == [".", "r", "r"])
    }

    /// One in ten such bursts would take until the time-out of a connection, as libcurl forgets answers that have come.
    @Test func answersThatAnotherRequestHasReadAreNotForgotten() async throws {
        let server = try TLSServer()
        var call = call(server)
        // Far more than such a burst takes on a machine that is busy with others.
        call.timeouts.connect = .seconds(60)
        for _ in 0..<40 {
            let client = CurlClient()
            _ = try await client.send(call)
            let start = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 { group.addTask { [call] in _ = try await client.send(call) } }
                try await group.waitForAll()
            }
            try #require(ContinuousClock.now - start < .seconds(50))
        }
    }

    /// libcurl alone would open one for each request that finds no room on the first.
    @Test func moreRequestsThanFitOnOneConnectionOpenFurtherOnes() async throws {
        let server = try TLSServer(pause: 400)
        let connections = try await asked(server, 350)
        // Where it takes this machine longer to ask than the server to answer, it is fewer than 4.
        #expect((2...4).contains(connections.count))
    }

    /// Ten at a time. What one had no room for, because its bound was not known yet, libcurl sends on another one.
    @Test(arguments: [0, 100])
    func serverWhoseConnectionsTakeFewRequests(pause: Int) async throws {
        let server = try TLSServer(pause: pause, streams: 20)
        let connections = try await asked(server, 400)
        #expect(connections.values.reduce(0, +) == 400)
        #expect((1...30).contains(connections.count))
    }

    @Test(arguments: [0, 50])
    func serverWithoutHTTP2HasAHundredConnections(pause: Int) async throws {
        let server = try TLSServer(hasHTTP2: false, pause: pause)
        let connections = try await asked(server, 700)
        #expect(connections.values.reduce(0, +) == 700)
        #expect((1...100).contains(connections.count))
    }

    /// One that is about to end, as after so many requests, makes room for nobody, and a burst finds all of them so.
    @Test func serverThatEndsItsConnectionsIsAskedOverFewAtATime() async throws {
        let server = try TLSServer(lifetime: 50)
        let connections = try await asked(server, 700)
        #expect(connections.values.reduce(0, +) == 700)
        #expect((14...40).contains(connections.count))
    }

    @Test func requestsWithABodyHaveAHundredConnections() async throws {
        let server = try TLSServer(pause: 200)
        let connections = try await asked(server, 150, "POST", body: .bytes([1]))
        #expect((50...100).contains(connections.count))
    }

    /// Over HTTP/2 it leaves requests without an answer, which may then have been carried out or not.
    @Test func serverThatClosesItsConnectionsPutsNoWriteInDoubt() async throws {
        let server = try TLSServer(lifetime: 15)
        let call = call(server, "POST")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    for _ in 0..<20 {
                        let response = try await client.send(call)
                        #expect(response.version == "1.1")
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// libcurl before 8 takes it for one that stands.
    @Test func connectionThatTheServerHasEndedPutsNoWriteInDoubt() async throws {
        let server = try TLSServer(idleTime: 1)
        let call = call(server, "POST", body: .bytes([1]))
        let first = try await client.send(call)
        // More at once leave more of them behind.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<10 { group.addTask { _ = try await client.send(call) } }
            try await group.waitForAll()
        }
        try await Task.sleep(for: .milliseconds(1500))
        let last = try await client.send(call)
        #expect(last.status == 200)
        #expect(last.text != first.text)
    }

    /// Requests at once; gives how many of them each connection carried.
    private func asked(
        _ server: TLSServer, _ count: Int, _ method: String = "GET", body: HTTPBody = .none
    ) async throws -> [String: Int] {
        let call = call(server, method, body: body)
        return try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<count { group.addTask { try await client.send(call).text } }
            return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
    }

    @Test func requestWithABodyGoesOverHTTP1() async throws {
        let server = try TLSServer()
        let response = try await client.send(call(server, "POST", body: .bytes([1, 2, 3])))
        #expect(response.version == "1.1")
        #expect(response.url == server.url)
    }

    @Test func certificateThatNobodyTrusts() async throws {
        let server = try TLSServer()
        var call = call(server)
        call.route.caFile = nil
        let outcome = await failure { _ = try await client.send(call) }
        #expect(outcome.kind == .tls)
        #expect(outcome.nothingSent)
        #expect(outcome.message == "the certificate of \(server.authority) is not trusted (self-signed certificate)")
        #expect(outcome.hint == "name the file of its authority with ca_file where the server is yours")
    }

    @Test func certificateOfAnotherHost() async throws {
        let server = try TLSServer()
        var call = call(server)
        call.request.url = "https://localhost:\(server.port)/"
        let outcome = await failure { _ = try await client.send(call) }
        #expect(outcome.kind == .tls)
        #expect(
            outcome.message == "the certificate of localhost:\(server.port) is for another host")
        #expect(outcome.hint == "use the host name that the certificate is for")
    }

    @Test func nothingOlderThanTLS12() async throws {
        let server = try TLSServer(protocols: "TLSv1.1")
        let outcome = await failure { _ = try await client.send(call(server)) }
        #expect(outcome.kind == .tls)
        #expect(outcome.message == "no secure connection with \(server.authority)")
        #expect(outcome.hint == "check that the port speaks TLS 1.2 or newer")
    }

    @Test func redirectToAnUnencryptedPlaceIsNotFollowed() async throws {
        let plain = try FaultServer(replies: [.text("x")])
        let server = try TLSServer(redirect: plain.url)
        let outcome = await failure { _ = try await client.send(call(server)) }
        #expect(outcome.kind == .protocolError)
        #expect(outcome.message == "\(server.authority) redirects to \(plain.url), which is not encrypted")
        #expect(plain.connectionCount == 0)
    }
}
