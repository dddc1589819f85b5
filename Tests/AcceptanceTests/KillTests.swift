import FlowCore
import FlowTestKit
import Glibc
import Synchronization
import Testing

/// kill -9 at random moments: what is finished stays finished, a write is never sent twice, and the run gets to its end.
@Suite(.serialized) struct KillTests {
    private static let workflow = """
        name: chain
        inputs: { url: { type: string, required: true } }
        defaults: { retry: 0 }
        steps:
          - { id: get_a, uses: http.request, with: { url: "${{ inputs.url }}/0" } }
          - { id: put_b, uses: http.request, with: { url: "${{ inputs.url }}/1", method: PUT } }
          - { id: post_c, uses: http.request, with: { url: "${{ inputs.url }}/2", method: POST } }
          - { id: post_d, uses: http.request, with: { url: "${{ inputs.url }}/3", method: POST } }
          - id: shape
            uses: data.transform
            with: { fields: { d: "40 + 2" } }
          - { id: put_e, uses: http.request, with: { url: "${{ inputs.url }}/4", method: PUT } }
          - id: items
            for_each: [5, 6, 7]
            as: n
            max_parallel: 1
            uses: http.request
            with: { url: "${{ inputs.url }}/${{ n }}", method: PUT }
          - { id: post_f, uses: http.request, with: { url: "${{ inputs.url }}/8", method: POST } }
        outputs: { done: "${{ true }}" }
        """

    /// Ends the process that runs at the moment, as the round has it.
    private final class Killer: Sendable {
        private let state = Mutex((pid: pid_t(0), left: 0))

        /// - Parameter request: the first is 1; it is answered only to the dead.
        func arm(_ pid: pid_t, atRequest request: Int) { state.withLock { $0 = (pid, request) } }

        func disarm() { state.withLock { $0.left = 0 } }

        func requestArrived() {
            let victim = state.withLock { state -> pid_t? in
                guard state.left > 0 else { return nil }
                state.left -= 1
                return state.left == 0 ? state.pid : nil
            }
            if let victim { kill(victim, SIGKILL) }
        }
    }

    @Test func fortyRoundsLoseNothingAndRepeatNothing() async throws {
        let killer = Killer()
        let server = try FaultServer { _ in
            killer.requestArrived()
            return .json(["ok": true])
        }
        let machine = try Machine(["chain.yaml": KillTests.workflow])
        var prefix = 0
        var command = ""
        var kills = 0
        var uncertain = 0
        func begin() {
            prefix += 1
            command = "flowctl run chain.yaml --output json -i url=\(server.url)/\(prefix)"
        }
        begin()
        for round in 0..<40 {
            let running = try machine.start(command)
            if round % 2 == 0 {
                killer.arm(running.pid, atRequest: .random(in: 1...4))
            } else {
                killer.disarm()
                try await Task.sleep(for: .milliseconds(.random(in: 5...150)))
                running.signal(SIGKILL)
            }
            let result = try await running.finish()
            let sent = server.requests.filter { $0.path.hasPrefix("/\(prefix)/") }
            try expectOrder(of: sent)
            switch result.exit {
            case 128 + 9:
                kills += 1
                // Before anything was sent there may be no run yet.
                let listed = try await machine.run("flowctl runs list --output json")
                if listed.output.contains("\"status\":\"interrupted\"") {
                    command = "flowctl resume latest --output json"
                } else if listed.output.contains("\"status\":\"uncertain\"") {
                    // It had not taken the run up yet, and is told the same once more.
                } else if let last = sent.last {
                    // It was killed behind its end.
                    #expect(last.path == "/\(prefix)/8", "a run that is not interrupted has ended")
                    begin()
                }
            case 7:
                uncertain += 1
                let step = try #require(try JSON.parse(result.output).mapValue?["failed_step"]?.stringValue)
                #expect(step.hasPrefix("post_"), "only a plain write is uncertain")
                command = "flowctl resume latest --output json --mark-done \(step)"
            default:
                #expect(result.exit == 0, "\(result.errors)")
                begin()
            }
        }
        killer.disarm()
        for _ in 0..<8 where command.contains("resume") {
            let result = try await machine.run(command)
            if result.exit == 7 {
                let step = try #require(try JSON.parse(result.output).mapValue?["failed_step"]?.stringValue)
                command = "flowctl resume latest --output json --mark-done \(step)"
            } else {
                #expect(result.exit == 0, "\(result.errors)")
                #expect(result.output.contains("\"outputs\":{\"done\":true}"))
                begin()
            }
        }
        #expect(kills > 10)
        #expect(uncertain > 0)
    }

    /// Requests come in the order of the steps, as a step starts when the one before has finished for good; writes
    /// come once.
    private func expectOrder(of requests: [FaultServer.Request]) throws {
        let numbers = try requests.map { try #require(Int($0.path.split(separator: "/")[1])) }
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 <= $1 }, "a finished step ran again: \(numbers)")
        let writes = requests.filter { $0.method == "POST" }.map(\.path)
        #expect(Set(writes).count == writes.count, "a write was sent twice: \(numbers)")
    }

    /// A write that was in flight is sent again under the key it had, also where that would come out differently now.
    @Test func aWriteWithAKeyOfItsOwnGoesOnUnderThatKey() async throws {
        let killer = Killer()
        let server = try FaultServer { _ in
            killer.requestArrived()
            return .json(["ok": true])
        }
        let machine = try Machine([
            "order.yaml": """
            name: order
            steps:
              - id: order
                uses: http.request
                with: { url: "\(server.url)/orders", method: POST, json: { order: 7 } }
                idempotency_key: order-7-${{ uuid() }}
            """
        ])
        let running = try machine.start("flowctl run order.yaml")
        killer.arm(running.pid, atRequest: 1)
        #expect(try await running.finish().exit == 128 + 9)
        let resumed = try await machine.run("flowctl resume latest")
        #expect(resumed.exit == 0, "\(resumed.errors)")
        let keys = server.requests.compactMap { $0.headers["idempotency-key"] }
        #expect(keys.count == 2 && Set(keys).count == 1 && keys[0].hasPrefix("order-7-"), "\(keys)")
    }

    /// The third of Slack's three requests is in flight when the process dies: the user decides about that one, and the
    /// two before it are not sent again.
    @Test func anUploadKilledAtItsThirdRequestGoesOnThere() async throws {
        let killer = Killer()
        let address = Mutex("")
        let server = try FaultServer { request in
            switch request.path {
            case "/files.getUploadURLExternal":
                return .json(["ok": true, "file_id": "F1", "upload_url": .string(address.withLock { $0 } + "/up/1")])
            case "/up/1": return .text("OK - 12")
            default:
                killer.requestArrived()
                return .json(["ok": true, "files": [["id": "F1", "title": "report.txt"]]])
            }
        }
        address.withLock { $0 = server.url }
        let machine = try Machine([
            "report.txt": "a fine text\n",
            "upload.yaml": """
            name: upload
            steps:
              - id: upload
                uses: slack.upload_file
                credential: team
                with: { file: report.txt, channel: C1 }
            outputs: { id: "${{ steps.upload.output.id }}" }
            """,
        ])
        let token = "xoxb-fake-upload-0123456789"
        try await machine.makeVault([("team", "slack_bot", token)], for: server.url)
        let running = try machine.start("flowctl run upload.yaml --base-url \(server.url)")
        killer.arm(running.pid, atRequest: 1)
        #expect(try await running.finish().exit == 128 + 9)
        let steps = ["/files.getUploadURLExternal", "/up/1", "/files.completeUploadExternal"]
        #expect(server.requests.map(\.path) == steps)
        #expect(server.requests[1].text == "a fine text\n")
        #expect(server.requests[1].headers["authorization"] == nil)

        let resumed = try await machine.run("flowctl resume latest")
        #expect(resumed.exit == 7, "\(resumed.errors)")
        #expect(resumed.errors.contains("resume with --mark-done upload or --retry-uncertain upload"))
        #expect(server.requests.count == 3)

        let retried = try await machine.run("flowctl resume latest --retry-uncertain upload")
        #expect(retried.exit == 0, "\(retried.errors)")
        #expect(retried.output == "id: F1\n" || retried.output == "id: \"F1\"\n", "\(retried.output)")
        #expect(server.requests.map(\.path) == steps + [steps[2]])
        try machine.expectNoTrace(of: token)
    }

    private static let connector = """
        connector: acme
        title: Acme
        base: ADDRESS
        operations:
          copy:
            summary: Copy a thing, and wait until that is done.
            effect: write
            request: POST copies
            poll:
              when: ${{ status == 202 }}
              request: GET jobs
              until: ${{ body.done }}
              every: 100ms
              for: 1m
          share:
            summary: Upload a file and share it.
            effect: write
            params: { file: { type: file, required: true } }
            steps:
              slot: { request: POST slots, effect: idempotent }
              send:
                request: PUT pieces
                body: ${{ chunk.piece }}
                chunk: { of: "${{ params.file }}", by: range, size: 4 }
              share: { request: POST shares }
              check: { request: GET checks }
        """

    /// What was answered and is kept is not sent again, what may be repeated is, and of a write that was under way the user
    /// decides.
    @Test(
        arguments: [
            ("copy", 1, nil), ("copy", 2, ["POST copies", "GET jobs", "GET jobs"]),
            ("copy", 3, ["POST copies", "GET jobs", "GET jobs", "GET jobs"]),
            (
                "share", 1,
                ["POST slots", "POST slots", "PUT pieces", "PUT pieces", "PUT pieces", "POST shares", "GET checks"]
            ),
            (
                "share", 3,
                ["POST slots", "PUT pieces", "PUT pieces", "PUT pieces", "PUT pieces", "POST shares", "GET checks"]
            ),
            ("share", 5, nil),
            (
                "share", 6,
                ["POST slots", "PUT pieces", "PUT pieces", "PUT pieces", "POST shares", "GET checks", "GET checks"]
            ),
        ] as [(String, Int, [String]?)])
    func operationOfSeveralRequestsGoesOnWhereItWasKilled(name: String, place: Int, sent: [String]?) async throws {
        let killer = Killer()
        let jobs = Mutex(0)
        let server = try FaultServer { request in
            killer.requestArrived()
            guard request.path == "/jobs" else {
                return .json(["id": 7], status: request.path == "/copies" ? 202 : 200)
            }
            let isDone = jobs.withLock { jobs in
                jobs += 1
                return jobs > 1
            }
            return .json(["done": .bool(isDone)])
        }
        let machine = try Machine([
            "connectors/acme.yaml": KillTests.connector.replacing("ADDRESS", with: server.url),
            "report.txt": "ten bytes.",
            "work.yaml": """
            name: work
            steps:
              - { id: work, uses: acme.\(name)\(name == "share" ? ", with: { file: report.txt }" : "") }
            """,
        ])
        let running = try machine.start("flowctl run work.yaml")
        killer.arm(running.pid, atRequest: place)
        #expect(try await running.finish().exit == 128 + 9)
        #expect(server.requests.count == place)
        let resumed = try await machine.run("flowctl resume latest")
        if let sent {
            #expect(resumed.exit == 0, "\(resumed.errors)")
            #expect(server.requests.map { "\($0.method) \($0.path.dropFirst())" } == sent)
        } else {
            #expect(resumed.exit == 7, "\(resumed.errors)")
            #expect(resumed.errors.contains("resume with --mark-done work or --retry-uncertain work"))
            #expect(server.requests.count == place)
        }
    }

    /// The first answer is lost and the next one a refusal. Once the service may have forgotten the key, the order could be
    /// there twice.
    @Test(arguments: [401, 409]) func aLostWriteThatIsRefusedNextIsNotSentUnderAForgottenKey(status: Int) async throws {
        let server = try FaultServer(replies: [.hangUp, .status(status)])
        let machine = try Machine([
            "order.yaml": """
            name: order
            steps:
              - id: order
                uses: http.request
                with: { url: "\(server.url)/orders", method: POST, json: { order: 7 } }
                idempotency_key: order-7
            """
        ])
        let failed = try await machine.run("flowctl run order.yaml")
        #expect(failed.exit != 0)
        #expect(server.requests.count == 2)
        let forgotten = try await machine.run(
            "flowctl -q nodes run sqlite.execute database=\(machine.stateFolder)/state.db "
                + "sql='UPDATE attempts SET key_valid_until = 0'")
        #expect(forgotten.exit == 0, "\(forgotten.errors)")
        let resumed = try await machine.run("flowctl resume latest")
        #expect(resumed.exit == 7, "\(resumed.errors)")
        #expect(resumed.errors.contains("resume with --mark-done order or --retry-uncertain order"))
        #expect(server.requests.count == 2)
    }
}
