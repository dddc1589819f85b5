import FlowCore
import FlowOAuth
import FlowTestKit
import Synchronization
import Testing

/// The browser's way back on this machine.
@Suite struct CallbackServerTests {
    private final class Targets: Sendable {
        private let list = Mutex<[String]>([])
        var all: [String] { list.withLock { $0 } }
        func add(_ target: String) { list.withLock { $0.append(target) } }
    }

    @Test func answersThePathUntilAnAnswerIsTaken() async throws {
        let server = try CallbackServer(host: "127.0.0.1", port: nil, path: "/callback/example")
        let url = server.redirectURI
        #expect(url == "http://127.0.0.1:\(server.port)/callback/example")
        let targets = Targets()
        async let waiting: Void = server.wait(atMost: .seconds(30)) { target in
            targets.add(target)
            return target.contains("state=right") ? .accepted : .foreign
        }
        let foreign = try await LoopbackBrowser.visit(url + "?code=a&state=wrong")
        #expect(foreign.status == 400)
        #expect(foreign.body.contains("Not an answer to this login"))
        #expect(try await LoopbackBrowser.visit("http://127.0.0.1:\(server.port)/favicon.ico").status == 404)
        #expect(try await LoopbackBrowser.visit(url + "/more?state=right").status == 404)
        #expect(try await LoopbackBrowser.visit(url + "?state=right", method: "POST").status == 405)
        #expect(try await LoopbackBrowser.visit(url + "?state=right", host: "evil.example").status == 400)
        #expect(try await LoopbackBrowser.visit(url + "?state=right", host: "localhost:\(server.port)").status == 400)
        let page = try await LoopbackBrowser.visit(url + "?code=fake-code&state=right")
        try await waiting
        #expect(page.status == 200)
        #expect(page.body.contains("Back to the terminal"))
        #expect(!page.body.contains("fake-code"))
        #expect(page.headers["cache-control"] == "no-store")
        #expect(page.headers["referrer-policy"] == "no-referrer")
        #expect(
            targets.all == ["/callback/example?code=a&state=wrong", "/callback/example?code=fake-code&state=right"])
    }

    @Test func refusalIsShownToo() async throws {
        let server = try CallbackServer(host: "127.0.0.1", port: nil, path: "/callback")
        async let waiting: Void = server.wait(atMost: .seconds(30)) { _ in .refused }
        let page = try await LoopbackBrowser.visit(server.redirectURI + "?error=access_denied")
        try await waiting
        #expect(page.body.contains("Not logged in"))
    }

    @Test func connectionThatSaysNothingIsInNobodysWay() async throws {
        let server = try CallbackServer(host: "localhost", port: nil, path: "/callback")
        async let waiting: Void = server.wait(atMost: .seconds(30)) { _ in .accepted }
        let silent = try IdleConnection(port: server.port)
        let page = try await LoopbackBrowser.visit(
            "http://127.0.0.1:\(server.port)/callback?x", host: "localhost:\(server.port)")
        try await waiting
        #expect(page.status == 200)
        silent.close()
    }

    @Test func portIsFreeAgainAtTheEnd() async throws {
        var server: CallbackServer? = try CallbackServer(host: "127.0.0.1", port: nil, path: "/callback")
        let port = try #require(server?.port)
        server = nil
        #expect(try CallbackServer(host: "127.0.0.1", port: port, path: "/callback").port == port)
    }

    @Test func portOfAnotherProgramIsSaid() throws {
        let other = try CallbackServer(host: "127.0.0.1", port: nil, path: "/callback")
        let failure = #expect(throws: Failure.self) {
            try CallbackServer(host: "127.0.0.1", port: other.port, path: "/callback")
        }
        #expect(
            failure?.message
                == "another program listens on port \(other.port), where the browser would come back")
        #expect(failure?.hint == "end it, or register another port at the provider and give it with --port")
        #expect(failure?.code == "port_in_use")
    }

    @Test func nobodyIsWaitedForForEver() async throws {
        let server = try CallbackServer(host: "127.0.0.1", port: nil, path: "/callback")
        let outcome = await failure { try await server.wait(atMost: .milliseconds(20)) { _ in .accepted } }
        #expect(outcome.kind == .timeout)
        #expect(outcome.message == "the browser did not come back within 20 ms")
        #expect(
            outcome.hint
                == "log in again; where the browser runs on another machine, add --paste, "
                + "or forward the port with: ssh -L \(server.port):127.0.0.1:\(server.port) HOST")
    }

    @Test func cancellationEndsTheWait() async throws {
        let server = try CallbackServer(host: "127.0.0.1", port: nil, path: "/callback")
        let task = Task { await failure { try await server.wait(atMost: .seconds(300)) { _ in .accepted } } }
        task.cancel()
        #expect(await task.value.kind == .cancelled)
    }
}
