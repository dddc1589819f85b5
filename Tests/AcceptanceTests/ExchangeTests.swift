import FlowCore
import FlowTestKit
import Glibc
import Testing

/// Looking into what went over the wire, and downloads, as a user has them.
@Suite(.serialized) struct ExchangeTests {
    private static let token = "fake-token-0123456789"

    private func machine(_ url: String) throws -> Machine {
        try Machine([
            "call.yaml": """
            name: call
            inputs: { path: { type: string, default: /items } }
            defaults: { retry: { max: 1, initial: 1ms } }
            steps:
              - id: call
                uses: http.request
                credential: api
                with:
                  url: "\(url)${{ inputs.path }}?page=1&api_key=hidden"
                  method: POST
                  json: { note: "it's", password: hidden }
            """,
            "short.yaml": """
            name: short
            steps:
              - id: call
                uses: http.request
                retry: 0
                with:
                  url: "\(url)/doors"
                  method: POST
                  query: { floor: "${{ secrets.door }}" }
                  json: { lock: "${{ secrets.door }}", open: true }
            """,
            "load.yaml": """
            name: load
            inputs: { digest: { type: string, required: true } }
            defaults: { retry: { max: 3, initial: 1ms } }
            steps:
              - id: load
                uses: http.request
                with: { url: "\(url)/file", to: data.txt, digest: "${{ inputs.digest }}" }
            """,
        ])
    }

    private func variable(_ server: FaultServer) -> String {
        "FLOWCTL_CREDENTIAL_API='{\"type\":\"bearer\",\"token\":\"\(ExchangeTests.token)\",\"hosts\":[\"\(server.url)\"]}'"
    }

    @Test func failedRequestsCanBeTraced() async throws {
        let server = try FaultServer { _ in
            .json(["error": "no", "access_token": "hidden"], status: 422, headers: [("X-Request-Id", "r-42")])
        }
        let machine = try machine(server.url)
        let result = try await machine.run("\(variable(server)) flowctl run call.yaml --trace trace.log")
        #expect(result.exit == 1)
        #expect(result.errors.contains("  request id: r-42\n"), "\(result.errors)")
        let trace = machine.read("trace.log")
        #expect(trace.contains("> POST \(server.url)/items?page=1&api_key=***\n"))
        #expect(trace.contains("> Authorization: ***\n"))
        #expect(trace.contains("< HTTP/1.1 422 "))
        #expect(trace.contains("new connection\n"))
        #expect(!trace.contains("hidden"))
        #expect(!trace.contains(ExchangeTests.token))
        #expect(try await machine.run("stat -c %a trace.log").output == "600\n")
    }

    /// The variables are for what has no proxy of its own.
    @Test(arguments: ["NO_PROXY='*'", "no_proxy=127.0.0.1"])
    func proxyOfACredentialIsUsedWhateverTheVariablesExempt(variable: String) async throws {
        let proxy = try FaultServer(replies: [.json([:])])
        let port = try RefusingPort()
        let fields = "\"type\":\"bearer\",\"token\":\"\(ExchangeTests.token)\",\"proxy\":\"\(proxy.url)\""
        let result = try await machine(port.url).run(
            "\(variable) FLOWCTL_CREDENTIAL_API='{\(fields),\"hosts\":[\"\(port.url)\"]}' flowctl run call.yaml")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(proxy.requests.map(\.path) == [port.url + "/items"])
    }

    /// It could stand anywhere in ordinary text, so it is known by its places.
    @Test func shortSecretsAreLeftOutByTheirPlaces() async throws {
        let server = try FaultServer { _ in .json(["detail": "The door is locked."], status: 422) }
        let machine = try machine(server.url)
        let result = try await machine.run(
            "FLOWCTL_CREDENTIAL_DOOR='{\"type\":\"bearer\",\"token\":\"k7\"}' flowctl run short.yaml --trace trace.log")
        #expect(
            result.errors.contains("error: call: 127.0.0.1 answered 422 Unprocessable Content: The door is locked.\n"),
            "\(result.errors)")
        let trace = machine.read("trace.log")
        #expect(trace.contains("> POST \(server.url)/doors?floor=***\n"), "\(trace)")
        #expect(trace.contains("> {\"lock\":\"***\",\"open\":true}\n"))
        let shown = try await machine.run("flowctl runs show latest --step call --curl")
        #expect(shown.output.contains("--data-raw '{\"lock\":\"'\"${LOCK}\"'\",\"open\":true}'"), "\(shown.output)")
        #expect(shown.output.contains("/doors?floor='\"${FLOOR}\""))
        for text in [result.errors, trace, shown.output] { #expect(!text.contains("k7")) }
    }

    /// Of an address that is a secret logs leave out the query and the password, and a trace what is called `sig`.
    @Test func anAddressThatIsASecretIsNotShownInParts() async throws {
        let server = try FaultServer { request in
            request.path == "/away"
                ? FaultServer.Reply(302, headers: [("Location", "http://ada:urlpassword77@127.0.0.1:1/x")])
                : .json(["error": "no"], status: 422)
        }
        let machine = try Machine([
            "hook.yaml": """
            name: hook
            env: { HOOK: { from: HOOK, secret: true } }
            defaults: { retry: 0 }
            steps:
              - { id: h, uses: http.request, continue_on_error: true, with: { url: "${{ env.HOOK }}", method: POST } }
              - { id: away, uses: http.request, with: { url: "\(server.url)/away" } }
            """
        ])
        let part = "T0KENPART9999abcdef"
        let hook = "HOOK='\(server.url)/api/webhooks/1122/\(part)?wait=true&sig=abcdefgh'"
        let result = try await machine.run("\(hook) flowctl run hook.yaml --trace trace.log --log-format json")
        #expect(server.requests.first?.path.contains(part) == true)
        let trace = machine.read("trace.log")
        #expect(trace.contains("< Location: http://ada:***@127.0.0.1:1/x\n"), "\(trace)")
        var texts = [result.output, result.errors, trace]
        for step in ["h", "away"] {
            let shown = try await machine.run("flowctl runs show latest --step \(step)")
            let curl = try await machine.run("flowctl runs show latest --step \(step) --curl")
            texts += [shown.output, curl.output]
        }
        texts.append(try await machine.run("flowctl runs export latest").output)
        for text in texts { for secret in [part, "urlpassword77"] { #expect(!text.contains(secret), "\(text)") } }
        try machine.expectNoTrace(of: part)
        try machine.expectNoTrace(of: "urlpassword77")
    }

    @Test func traceGoesToStandardErrorToo() async throws {
        let server = try FaultServer { _ in .json(["ok": true]) }
        let result = try await machine(server.url).run("\(variable(server)) flowctl run call.yaml --trace -")
        #expect(result.exit == 0)
        #expect(result.errors.contains(" call\n> POST \(server.url)/items?page=1&api_key=***\n"), "\(result.errors)")
    }

    /// Others could read what was in it before, and must not read what comes.
    @Test func traceIsKeptFromOthersWhereTheFileIsThere() async throws {
        let server = try FaultServer { _ in .json(["ok": true]) }
        let machine = try machine(server.url)
        let result = try await machine.run(
            "echo old > trace.log; chmod 644 trace.log; \(variable(server)) flowctl run call.yaml --trace trace.log")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(try await machine.run("stat -c %a trace.log").output == "600\n")
        #expect(machine.read("trace.log").hasPrefix("* "))
        let device = try await machine.run("\(variable(server)) flowctl run call.yaml --trace /dev/null")
        #expect(device.exit == 0, "\(device.errors)")
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to give a file to somebody else"))
    func traceIsNotWrittenToAnothersFile() async throws {
        let server = try FaultServer { _ in .json([:]) }
        let machine = try machine(server.url)
        let result = try await machine.run(
            "echo old > trace.log; chown 65534 trace.log; \(variable(server)) flowctl run call.yaml --trace trace.log")
        #expect(result.exit == 2)
        #expect(
            result.errors.contains(
                """
                error: the trace can't be written to "trace.log" (it is another user's)
                  hint: name a file that isn't there yet

                """), "\(result.errors)")
        #expect(machine.read("trace.log") == "old\n")
    }

    @Test func traceThatCannotBeWritten() async throws {
        let server = try FaultServer { _ in .json([:]) }
        let result = try await machine(server.url).run(
            "\(variable(server)) flowctl run call.yaml --trace missing/trace.log")
        #expect(result.exit == 2)
        #expect(
            result.errors.contains(
                """
                error: the trace can't be written to "missing/trace.log" (no such file or directory)
                  hint: name a file in a folder that you may write to

                """), "\(result.errors)")
        #expect(server.requests.isEmpty)
    }

    @Test func failedRequestIsACommandThatAShellTakes() async throws {
        let server = try FaultServer { _ in .json(["error": "no"], status: 422) }
        let machine = try machine(server.url)
        _ = try await machine.run("\(variable(server)) flowctl run call.yaml")
        let shown = try await machine.run("flowctl runs show latest --step call --curl")
        #expect(shown.exit == 0)
        #expect(!shown.output.contains("hidden"))
        #expect(!shown.output.contains(ExchangeTests.token))
        let again = try await machine.run(
            "AUTHORIZATION=\(ExchangeTests.token); API_KEY=hidden; PASSWORD=hidden; \(shown.output)")
        #expect(again.exit == 0, "\(again.errors)")
        let (first, second) = (server.requests[0], server.requests[1])
        #expect(second.method == first.method)
        #expect(second.target == first.target)
        #expect(second.body == first.body)
        for name in ["authorization", "content-type"] { #expect(second.headers[name] == first.headers[name]) }
    }

    @Test func stepsWithoutAFailedRequestHaveNoCommand() async throws {
        let server = try FaultServer { _ in .json([:]) }
        let machine = try machine(server.url)
        _ = try await machine.run("\(variable(server)) flowctl run call.yaml")
        let shown = try await machine.run("flowctl runs show latest --step call --curl")
        #expect(shown.exit == 2)
        #expect(
            shown.errors == """
                error: no request of the step "call" failed
                  hint: run it with --trace FILE to see those that succeed

                """)
        let alone = try await machine.run("flowctl runs show latest --curl")
        #expect(alone.errors.contains("error: --curl is about one step\n  hint: name it with --step\n"))
    }

    @Test func downloadGoesOnAfterACutAndIsCompared() async throws {
        let text = String(repeating: "0123456789", count: 1000)
        let server = try FaultServer { request in
            let tag = ("ETag", "\"v1\"")
            guard let range = request.headers["range"], let start = Int(range.filter(\.isNumber)) else {
                let whole = FaultServer.Reply(200, headers: [tag], body: .bytes(Array(text.utf8)))
                return whole.delivered(.cut(after: whole.headSize + 6000))
            }
            return FaultServer.Reply(
                206, headers: [tag, ("Content-Range", "bytes \(start)-9999/10000")],
                body: .bytes(Array(text.utf8.dropFirst(start))))
        }
        let machine = try machine(server.url)
        let right = "sha256:" + (try await machine.run("printf '\(text)' | sha256sum")).output.prefix(64)
        let result = try await machine.run("flowctl run load.yaml -i digest=\(right)")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(machine.read("data.txt") == text)
        #expect(server.requests.map { $0.headers["range"] } == [nil, "bytes=6000-"])

        try machine.write("old", to: "data.txt")
        let wrong = "sha256:" + String(repeating: "0", count: 64)
        let refused = try await machine.run("flowctl run load.yaml -i digest=\(wrong)")
        #expect(refused.exit == 1)
        #expect(refused.errors.contains("is not what was asked for: its digest is \(right), not \(wrong)\n"))
        #expect(machine.read("data.txt") == "old")
    }
}
