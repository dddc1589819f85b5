import FlowCore
import FlowTestKit
import Testing

/// Servers that misbehave, called from a workflow: the message, the exit code, and what was sent how often.
@Suite(.serialized) struct BadServerTests {
    private func machine() throws -> Machine {
        try Machine([
            "call.yaml": """
            name: call
            inputs:
              url: { type: string, required: true }
              method: { type: string, default: GET }
            defaults: { retry: { max: 2, initial: 1ms, max_interval: 2ms } }
            steps:
              - id: call
                uses: http.request
                with: { url: "${{ inputs.url }}", method: "${{ inputs.method }}" }
            """
        ])
    }

    @Test func refuses() async throws {
        let port = try RefusingPort()
        let result = try await machine().run("flowctl run call.yaml -i url=\(port.url)/")
        #expect(
            result.errors.contains(
                """
                error: call: could not connect to \(port.authority) (connection refused)
                  hint: check that the server is running and reachable from this machine

                """))
        #expect(result.exit == 1)
    }

    @Test func hangsUntilTheStepsTimeout() async throws {
        let server = try FaultServer { _ in .hang }
        let machine = try machine()
        try machine.write(
            """
            name: slow
            steps:
              - { id: call, uses: http.request, timeout: 300ms, retry: 1, with: { url: "\(server.url)/" } }
            """, to: "slow.yaml")
        let result = try await machine.run("flowctl run slow.yaml")
        #expect(result.errors.contains("error: call: "))
        #expect(result.errors.contains("300ms") || result.errors.contains("300 ms"), "\(result.errors)")
        #expect(result.exit == 1)
        #expect(server.requests.count == 2)
    }

    @Test(arguments: ["GET", "POST"]) func resetsMidway(method: String) async throws {
        let server = try FaultServer { _ in
            FaultServer.Reply(200, body: .repeated(UInt8(ascii: "x"), count: 100_000)).delivered(.reset(after: 5000))
        }
        let result = try await machine().run("flowctl run call.yaml -i url=\(server.url)/ -i method=\(method)")
        #expect(result.errors.contains("error: call: "), "\(result.errors)")
        #expect(result.exit == (method == "GET" ? 1 : 7))
        #expect(server.requests.count == (method == "GET" ? 3 : 1))
    }

    @Test func sends500sToARead() async throws {
        let server = try FaultServer { _ in .status(500) }
        let result = try await machine().run("flowctl run call.yaml -i url=\(server.url)/")
        #expect(result.errors.contains("error: call: 127.0.0.1 answered 500 Internal Server Error\n"))
        #expect(result.exit == 1)
        #expect(server.requests.count == 3)
    }

    @Test func sends500ToAWriteWhichEndsUncertain() async throws {
        let server = try FaultServer { _ in .status(500) }
        let machine = try machine()
        let result = try await machine.run("flowctl run call.yaml -i url=\(server.url)/ -i method=POST")
        #expect(
            result.errors.contains(
                """
                error: call: 127.0.0.1 answered 500 Internal Server Error
                  hint: look whether it happened before you repeat it

                """))
        #expect(result.exit == 7)
        let resumed = try await machine.run("flowctl resume latest")
        #expect(resumed.exit == 7)
        #expect(server.requests.count == 1)
    }

    @Test func sends10GigabytesInLimitedMemory() async throws {
        let server = try FaultServer { _ in .endless }
        let machine = try machine()
        let result = try await machine.run("ulimit -d 500000 && exec flowctl run call.yaml -i url=\(server.url)/")
        #expect(
            result.errors.contains(
                """
                error: call: the answer of \(server.authority) is longer than 64 MiB
                  hint: raise max_bytes, or stream the answer to a file with "to"

                """), "\(result.errors)")
        #expect(result.exit == 1)
        #expect(server.requests.count == 1)
        #expect(server.bytesSent < 256 << 20)
    }

    @Test func sends10GigabytesWithoutSayingSo() async throws {
        let server = try FaultServer { _ in
            var reply = FaultServer.Reply.endless
            reply.headers.append("Transfer-Encoding", "identity")
            reply.closes = true
            return reply
        }
        let result = try await machine().run("ulimit -d 500000 && exec flowctl run call.yaml -i url=\(server.url)/")
        #expect(
            result.errors.contains("error: call: the answer of \(server.authority) is longer than 64 MiB\n"),
            "\(result.errors)")
        #expect(result.exit == 1)
        #expect(server.requests.count == 1)
        #expect(server.bytesSent < 256 << 20)
    }

    @Test func sendsInvalidJSONAsJSON() async throws {
        let server = try FaultServer { _ in .invalidJSON }
        let result = try await machine().run("flowctl run call.yaml -i url=\(server.url)/")
        #expect(
            result.errors.contains(
                """
                error: call: 127.0.0.1 sent JSON that can't be read: invalid JSON at line 1, column 8: expected "true"
                  hint: read it with as: text to see what it is

                """))
        #expect(result.exit == 1)
    }

    @Test func anAppThatSendsInvalidJSON() async throws {
        let server = try FaultServer { _ in .invalidJSON }
        let machine = try Machine()
        try await machine.makeVault([("team", "slack_bot", "xoxb-fake-1234567890")], for: server.url)
        let result = try await machine.run(
            "flowctl nodes run slack.get_channel --credential team channel=C1 --retry 0 --base-url \(server.url)")
        #expect(result.errors.hasPrefix("error: "), "\(result.errors)")
        #expect(result.errors.contains("JSON"))
        #expect(result.exit == 1)
    }

    @Test func asksToWaitAndIsObeyed() async throws {
        let clock = ContinuousClock()
        let times = Times()
        let server = try FaultServer { _ in
            times.add(clock.now) == 1 ? .retryAfter("1") : .json(["done": true])
        }
        let result = try await machine().run("flowctl run call.yaml -i url=\(server.url)/ -i method=POST")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(
            result.errors.contains("  ↻ call  127.0.0.1 answered 429 Too Many Requests; next try in 1"),
            "\(result.errors)"
        )
        let all = times.all
        #expect(all.count == 2)
        #expect(all[1] - all[0] >= .seconds(1))
    }
}
