import FlowCore
import FlowTestKit
import Glibc
import Synchronization
import Testing

/// Ctrl-C: once ends the run gracefully and says how to go on, twice ends it at once with all it started.
@Suite(.serialized) struct InterruptTests {
    @Test func onceLetsTheRunningStepEndAndTheRunResumes() async throws {
        let gate = Gate()
        let server = try FaultServer { request in
            if request.path == "/slow" { gate.wait() }
            return .json(["ok": true])
        }
        let machine = try Machine([
            "three.yaml": """
            name: three
            steps:
              - id: first
                run: echo x >>first.txt
              - { id: slow, uses: http.request, with: { url: "\(server.url)/slow", method: POST } }
              - { id: last, uses: http.request, with: { url: "\(server.url)/last", method: POST } }
            finally:
              - run: echo x >>finally.txt
            outputs: { ok: "${{ steps.last.output.body.ok }}" }
            """
        ])
        let running = try machine.start("flowctl run three.yaml")
        _ = await server.requests(atLeast: 1)
        running.signal(SIGINT)
        try await eventually { running.errorsSoFar.contains("stopping") }
        gate.open()
        let stopped = try await running.finish()
        let run = try #require(stopped.runID)
        #expect(
            stopped.errors.contains(
                "stopping: running steps have 10 seconds to end; Ctrl-C again stops at once. "
                    + "Resume with: flowctl resume \(run)\n"), "\(stopped.errors)")
        #expect(stopped.errors.hasSuffix("  resume it with: flowctl resume \(run)\n"))
        #expect(stopped.exit == 5)
        #expect(server.requests.map(\.path) == ["/slow"])
        #expect(machine.read("finally.txt") == "x\n")

        let resumed = try await machine.run("flowctl resume \(run)")
        #expect(resumed.exit == 0, "\(resumed.errors)")
        #expect(resumed.output == "ok: true\n")
        #expect(server.requests.map(\.path) == ["/slow", "/last"])
        #expect(machine.read("first.txt") == "x\n")

        let again = try await machine.run("flowctl resume \(run)")
        #expect(again.errors.hasPrefix("error: run \(run) has succeeded; nothing is left to do\n"))
        #expect(again.exit == 2)
    }

    /// Only its job is waited for, which a resumed run does as well.
    @Test func aWriteThatWaitsForItsJobIsNotInDoubt() async throws {
        let isDone = Mutex(false)
        let server = try FaultServer { request in
            guard request.path == "/jobs" else { return .json(["id": 7], status: 202) }
            return .json(["done": .bool(isDone.withLock { $0 })])
        }
        let machine = try Machine([
            "connectors/acme.yaml": """
            connector: acme
            base: \(server.url)
            operations:
              copy:
                summary: Copy a thing.
                effect: write
                request: POST copies
                poll: { request: GET jobs, until: "${{ body.done }}", every: 1h, for: 2h }
            """,
            "copy.yaml": "name: copy\nsteps:\n  - { id: copy, uses: acme.copy }\n",
        ])
        let running = try machine.start("flowctl run copy.yaml")
        _ = await server.requests(atLeast: 2)
        running.signal(SIGINT)
        #expect(try await running.finish().exit == 5)
        isDone.withLock { $0 = true }
        let resumed = try await machine.run("flowctl resume latest")
        #expect(resumed.exit == 0, "\(resumed.errors)")
        #expect(server.requests.map(\.path) == ["/copies", "/jobs", "/jobs"])
    }

    @Test func twiceEndsChildrenToo() async throws {
        let machine = try Machine([
            "long.yaml": """
            name: long
            steps:
              - id: first
                run: echo x >>first.txt
              - id: long
                effect: read
                run: |
                  test ! -e pids || exit 0
                  trap '' TERM INT
                  sleep 300 & echo $! $$ >some && mv some pids
                  while kill -0 $! 2>/dev/null; do wait; done
            """
        ])
        let running = try machine.start("flowctl run long.yaml")
        try await eventually { Folder.exists("\(machine.home)/pids") }
        let pids = machine.read("pids").split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
        #expect(pids.count == 2)
        running.signal(SIGINT)
        try await eventually { running.errorsSoFar.contains("stopping: ") }
        #expect(pids.allSatisfy(isAlive))
        let clock = ContinuousClock()
        let begin = clock.now
        running.signal(SIGINT)
        let stopped = try await running.finish()
        #expect(clock.now - begin < .seconds(5))
        #expect(stopped.errors.contains("stopping at once\n"), "\(stopped.errors)")
        #expect(stopped.exit == 5)
        try await eventually { !pids.contains(where: isAlive) }

        let resumed = try await machine.run("flowctl resume latest")
        #expect(resumed.exit == 0, "\(resumed.errors)")
        #expect(machine.read("first.txt") == "x\n")
    }

    @Test func aStepThatTimesOutTakesItsChildrenAlong() async throws {
        let machine = try Machine([
            "late.yaml": """
            name: late
            steps:
              - id: late
                timeout: 500ms
                run: sleep 300 & echo $! $$ >pids; wait
            """
        ])
        let result = try await machine.run("flowctl run late.yaml")
        #expect(result.exit == 1)
        let pids = machine.read("pids").split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
        #expect(pids.count == 2, "\(result.errors)")
        try await eventually { !pids.contains(where: isAlive) }
    }
}

/// Whether a process runs; one that only waits to be collected doesn't.
func isAlive(_ pid: pid_t) -> Bool {
    guard let text = try? Folder.read("/proc/\(pid)/stat") else { return false }
    return text.split(separator: ")").last?.split(separator: " ").first != "Z"
}

/// Looks again and again until something has happened; fails after 20 seconds.
func eventually(
    sourceLocation: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool
) async throws {
    for _ in 0..<2000 {
        if try condition() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("it did not happen within 20 seconds", sourceLocation: sourceLocation)
}

/// Holds threads until it is opened.
final class Gate: Sendable {
    private let descriptors: (read: Int32, write: Int32)

    init() {
        var ends: [Int32] = [-1, -1]
        // Swift sees no pipe2, which only GNU sources are shown.
        _ = pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        descriptors = (ends[0], ends[1])
    }

    deinit {
        close(descriptors.read)
        close(descriptors.write)
    }

    func wait() {
        var ready = [pollfd(fd: descriptors.read, events: Int16(POLLIN), revents: 0)]
        poll(&ready, 1, 20_000)
    }

    func open() {
        var byte: UInt8 = 1
        _ = write(descriptors.write, &byte, 1)
    }
}
