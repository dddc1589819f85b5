import FlowCore
import FlowTestKit
import Glibc
import Testing

/// A canary is pushed through everything that takes a secret and everything that shows, stores or sends something, in
/// every way it may be written; then it must be found nowhere but where it was meant to go.
@Suite(.serialized) struct LeakTests {
    /// With what each encoding has to escape. Its halves are canaries of their own: of a secret that is cut in two,
    /// neither part may stay.
    private static let canary = "c4nary+\"fake/\\=&%41'<zZ09876543"

    private static let files = [
        "spell.py": """
        import base64, json, os, re, sys, time, urllib.parse
        secret = os.environ["SECRET"]
        raw = secret.encode()
        quoted = urllib.parse.quote(secret, safe="")
        ways = [
            secret, base64.b64encode(raw).decode(), base64.urlsafe_b64encode(b"u:" + raw).decode(),
            base64.encodebytes(b"user:" + raw * 3).decode(), quoted, urllib.parse.quote_plus(secret),
            re.sub("%..", lambda found: found[0].lower(), quoted), json.dumps(secret),
            json.dumps(json.dumps({"a": secret})), json.dumps(secret).replace("/", "\\\\/"),
        ]
        for way in ways:
            print("it is", way)
            print("to stderr", way, file=sys.stderr)
        half = len(secret) // 2
        for part in (secret[:half], secret[half:]):
            sys.stdout.write(part)
            sys.stdout.flush()
            time.sleep(0.02)
        print()
        sys.exit(int(sys.argv[1]))
        """,
        "leak.yaml": """
        name: leak
        inputs: { url: { type: string, required: true } }
        defaults: { retry: { max: 2, initial: 1ms, max_interval: 2ms } }
        steps:
          - { id: says, run: python3 spell.py 0, env: { SECRET: "${{ secrets.canary }}" } }
          - id: fails
            run: python3 spell.py 3
            env: { SECRET: "${{ secrets.canary }}" }
            continue_on_error: true
          - id: sends
            uses: http.request
            credential: canary
            with:
              method: POST
              url: ${{ inputs.url }}/echo
              headers: { X-Other: "${{ secrets.canary }}" }
              body: { deep: [{ password: "${{ secrets.canary }}" }] }
          - id: derives
            uses: data.transform
            with:
              input: ${{ steps.says.output.stdout }}
              vars: { answer: "${{ steps.sends.output.body }}" }
              fields:
                upper: input.upperAscii()
                encoded: base64.encode(bytes(input))
                size: size(vars.answer.said)
          - { id: shows, uses: flow.log, with: { message: "size ${{ steps.derives.output.size }}" } }
          - id: refused
            uses: http.request
            credential: canary
            with: { url: "${{ inputs.url }}/refuse" }
            continue_on_error: true
          - id: moved
            uses: http.request
            credential: canary
            with: { url: "${{ inputs.url }}/moved" }
            continue_on_error: true
          - id: items
            for_each: ${{ steps.says.output.stdout.split("\\n") }}
            as: line
            continue_on_error: true
            run: "test -n \\"$LINE\\" && echo \\"$LINE\\" && exit 1"
            env: { LINE: "${{ line }}" }
          - id: broken
            uses: http.request
            credential: canary
            with: { url: "${{ inputs.url }}/cut" }
            continue_on_error: true
        outputs:
          said: ${{ steps.says.output.stdout }}
          answer: ${{ steps.sends.output.body }}
        """,
    ]

    /// Says back what it was sent, in headers, bodies and addresses, and where messages are cut off.
    private static func server() throws -> FaultServer {
        try FaultServer { request in
            let said = (request.headers["authorization"] ?? "") + (request.headers["x-other"] ?? "")
            let headers = [("X-Said", PercentEncoding.encode(said)), ("X-Request-Id", "id-\(said.utf8.count)")]
            return switch request.path {
            case "/echo": .json(["said": .string(said), "sent": request.json ?? .null], headers: headers)
            case "/refuse":
                .json(["message": .string(String(repeating: "x", count: 280) + said)], status: 401, headers: headers)
            case "/moved": .redirect(to: "http://127.0.0.1:1/?token=\(PercentEncoding.encode(said))")
            default: FaultServer.Reply.json(["said": .string(said)]).delivered(.cut(after: 150))
            }
        }
    }

    private func machine(_ server: FaultServer) async throws -> Machine {
        let machine = try Machine(LeakTests.files)
        try await machine.makeVault([("canary", "bearer", LeakTests.canary)], for: server.url)
        return machine
    }

    @Test func whatIsShownStoredAndSentHoldsNoSecret() async throws {
        let server = try LeakTests.server()
        let collector = try FaultServer { _ in .json([:]) }
        let machine = try await machine(server)
        let input = "-i url=\(server.url)"
        let result = try await machine.run(
            "flowctl run leak.yaml \(input) --verbose --trace trace.txt --metrics-file metrics.prom",
            variables: ["OTEL_EXPORTER_OTLP_ENDPOINT": collector.url])
        #expect(result.exit == 0, "\(result.errors)")
        #expect(result.errors.contains("***"))
        #expect(server.requests.first?.headers["authorization"] == "Bearer \(LeakTests.canary)", "it was never sent")

        let commands = [
            "flowctl run leak.yaml \(input) --log-format json", "flowctl run leak.yaml \(input) --output json --quiet",
            "flowctl run leak.yaml \(input) --dry-run", "flowctl graph leak.yaml", "flowctl validate leak.yaml",
            "flowctl runs list", "flowctl runs logs latest", "flowctl runs logs latest --output json",
            "flowctl runs show latest --output json", "flowctl runs export latest --to export",
            "flowctl runs export latest --to export.jsonl", "flowctl credentials list",
            "flowctl credentials show canary",
            "flowctl credentials show canary --output json", "flowctl cache list",
            "flowctl nodes run shell.run command='python3 spell.py 0'",
            "flowctl nodes run http.request --credential canary url=\(server.url)/refuse --verbose",
        ]
        let steps = ["says", "fails", "sends", "derives", "refused", "moved", "items", "broken"].flatMap {
            ["flowctl runs show latest --step \($0)", "flowctl runs show latest --why \($0)"]
        }
        for command in commands + steps { _ = try await machine.run(command) }
        try machine.expectNoTrace(of: LeakTests.canary, partsOf: 12)
        for request in collector.requests {
            #expect(!String(decoding: request.body, as: UTF8.self).contains("c4nary"), "sent to the collector")
        }
    }

    @Test func whatIsLeftOfAKilledRunHoldsNoSecret() async throws {
        let server = try LeakTests.server()
        let machine = try await machine(server)
        try machine.write(
            """
            name: killed
            steps:
              - { id: says, run: python3 spell.py 0, env: { SECRET: "${{ secrets.canary }}" } }
              - { id: waits, run: "echo $$ >ready; sleep 30", env: { SECRET: "${{ secrets.canary }}" }, effect: read }
              - { id: last, run: "echo $SECRET", env: { SECRET: "${{ secrets.canary }}" } }
            """, to: "killed.yaml")
        for signal in [SIGKILL, SIGSEGV, SIGQUIT, SIGTERM] {
            let running = try machine.start("flowctl run killed.yaml --verbose")
            while machine.read("ready").isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            // Its number alone leads to the child that sleeps.
            let child = pid_t(machine.read("ready").filter(\.isNumber)) ?? 0
            Folder.delete("\(machine.home)/ready")
            running.signal(signal)
            let result = try await running.finish()
            kill(child, SIGKILL)
            #expect(result.exit != 0)
        }
        _ = try await machine.run("flowctl runs export latest --to export.jsonl; flowctl runs show latest --step says")
        try machine.expectNoTrace(of: LeakTests.canary, partsOf: 12)
    }

    /// Files, databases and apps are given a secret that a command printed, and give it back.
    @Test func whatComesBackFromFilesDatabasesAndAppsHoldsNoSecret() async throws {
        let server = try FaultServer { request in
            let said = (request.headers["authorization"] ?? "") + String(decoding: request.body, as: UTF8.self)
            return request.path.contains("chat.postMessage")
                ? .json(["ok": false, "error": .string("no_such_thing"), "said": .string(said)])
                : .json(["message": .string(said), "documentation_url": .string(said)], status: 422)
        }
        let machine = try await machine(server)
        for (name, type) in [("slack", "slack_bot"), ("github", "github_token")] {
            let added = try await machine.run(
                "flowctl credentials add \(name) --type \(type) --host \(server.url) --unchecked --from -",
                input: LeakTests.canary + "\n")
            #expect(added.exit == 0, "\(added.errors)")
        }
        try machine.write(
            """
            name: nodes
            defaults: { retry: { max: 1 } }
            steps:
              - { id: says, run: echo "$SECRET", env: { SECRET: "${{ secrets.canary }}" } }
              - { id: makes, uses: sqlite.execute, with: { database: meant/t.db, sql: CREATE TABLE t (x) } }
              - id: inserts
                uses: sqlite.execute
                with: { database: meant/t.db, sql: INSERT INTO t VALUES (?), params: ["${{ steps.says.output.stdout }}"] }
              - id: refused
                uses: sqlite.execute
                with: { database: meant/t.db, sql: INSERT INTO t VALUES (json(?)), params: ["${{ steps.says.output.stdout }}"] }
                continue_on_error: true
              - { id: asks, uses: sqlite.query, with: { database: meant/t.db, sql: SELECT x AS "a b" FROM t } }
              - id: rows
                for_each: ${{ steps.asks.output }}
                as: row
                run: echo "$ROW"; exit 1
                env: { ROW: "${{ row['a b'] }}" }
                continue_on_error: true
              - { id: writes, uses: files.write, with: { path: meant/out.txt, content: "${{ steps.says.output.stdout }}" } }
              - { id: reads, uses: files.read, with: { path: meant/out.txt } }
              - { id: lines, uses: files.read, with: { path: "meant/${{ steps.reads.output }}" }, continue_on_error: true }
              - id: posts
                uses: slack.send_message
                with: { channel: C0123456789, text: "${{ steps.reads.output }}" }
                continue_on_error: true
              - id: opens
                uses: github.create_issue
                with: { repo: acme/shop, title: "${{ steps.reads.output }}" }
                continue_on_error: true
            outputs: { read: "${{ steps.reads.output }}", asked: "${{ steps.rows.items }}" }
            """, to: "nodes.yaml")
        _ = try await machine.run("mkdir meant")
        let bases = "--base-url \(server.url)"
        let result = try await machine.run("flowctl run nodes.yaml \(bases) --verbose --trace trace.txt")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(machine.read("meant/out.txt").contains(LeakTests.canary), "it was never written")
        #expect(server.requests.count == 2)
        for command in [
            "flowctl run nodes.yaml \(bases) --dry-run", "flowctl runs show latest --output json",
            "flowctl runs logs latest", "flowctl runs export latest --to export.jsonl",
        ] {
            _ = try await machine.run(command)
        }
        for step in ["inserts", "refused", "asks", "rows", "writes", "reads", "lines", "posts", "opens"] {
            _ = try await machine.run("flowctl runs show latest --step \(step)")
        }
        _ = try await machine.run("rm -r meant")
        try machine.expectNoTrace(of: LeakTests.canary, partsOf: 12)
    }

    /// Who may read the memory of another process of the same user could read its secrets, too.
    @Test func noCoreIsDumped() async throws {
        let machine = try Machine(["wait.yaml": "name: wait\nsteps:\n  - { id: wait, wait: { for: 30s } }\n"])
        let dumps = """
            import os, resource, signal, subprocess, sys, time
            resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
            def dumped(command, ready):
                child = subprocess.Popen(command, stderr=subprocess.PIPE)
                ready(child)
                os.kill(child.pid, signal.SIGXCPU)
                return os.WCOREDUMP(os.waitpid(child.pid, 0)[1])
            started = lambda child: child.stderr.readline()
            print(dumped(["sh", "-c", "echo >&2; exec sleep 30"], started), dumped(["flowctl", "run", "wait.yaml"], started))
            """
        try machine.write(dumps, to: "dumps.py")
        let result = try await machine.run("ulimit -c unlimited && python3 dumps.py")
        if result.output.hasPrefix("False") {
            print("skipped in part: this machine dumps no cores")
        }
        #expect(result.output.hasSuffix(" False\n"), "\(result.output) \(result.errors)")
    }
}
