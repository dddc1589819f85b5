import FlowCore
import FlowNodes
import FlowSpec
import FlowTestKit
import Glibc
import Testing

@Suite struct PosixProcessRunnerTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func command(
        _ arguments: [String], environment: [String: String] = ["PATH": "/usr/bin:/bin"], input: [UInt8] = [],
        timeout: Duration? = nil, grace: Duration = .seconds(5), outputLimit: Int = 16 << 20
    ) -> ProcessCommand {
        ProcessCommand(
            arguments, environment: environment, workingDirectory: folder.path, input: input, timeout: timeout,
            grace: grace, outputLimit: outputLimit)
    }

    private func run(_ command: ProcessCommand) async throws -> ProcessResult {
        try await PosixProcessRunner().run(command)
    }

    private func shell(_ text: String, input: [UInt8] = []) async throws -> ProcessResult {
        try await run(command(["sh", "-c", text], input: input))
    }

    /// Runs shell text, cancels it once it has written a line, and gives what it failed with and that line.
    private func cancelled(_ text: String, grace: Duration = .seconds(5)) async -> (failure: Failure?, line: String) {
        let lines = AsyncStream<String>.makeStream()
        var command = command(["sh", "-c", text], grace: grace)
        command.onLine = { line, _ in lines.continuation.yield(line) }
        let task = Task { [command] in await failure { try await run(command) } }
        var first = ""
        for await line in lines.stream {
            first = line
            break
        }
        task.cancel()
        return (await task.value, first)
    }

    private func executable(_ text: String, _ name: String) throws {
        try folder.write(text, to: name)
        chmod("\(folder.path)/\(name)", 0o755)
    }

    /// Whether nothing is left of a process, not even a zombie.
    private func isReaped(_ pid: String) throws -> Bool {
        kill(try #require(pid_t(pid.filter(\.isNumber))), 0) == -1 && errno == ESRCH
    }

    // MARK: What can't be started

    @Test func textThatIsNoProgramCannotBeStarted() async throws {
        try folder.write("echo hello", to: "text")
        let plain = await failure { try await run(command(["./text"])) }
        #expect(plain?.message == "can't start \"./text\": permission denied")
        #expect(plain?.hint == "check that it is a program and that you may run it")
        #expect(plain?.nothingSent == true)
        chmod("\(folder.path)/text", 0o755)
        let executable = await failure { try await run(command(["./text"])) }
        #expect(executable?.message == "can't start \"./text\": exec format error")
    }

    @Test func scriptWhoseInterpreterIsMissingSaysSo() async throws {
        try executable("#! /no/such/python -u\nprint(1)\n", "script")
        let failure = await failure { try await run(command(["./script"])) }
        #expect(failure?.kind == .invalid)
        #expect(failure?.message == "can't start \"./script\": there is no \"/no/such/python\" to run it")
        #expect(failure?.hint == "install that, or correct the file's first line")
    }

    @Test func scriptWithCarriageReturnsSaysSo() async throws {
        try executable("#!/bin/sh\r\necho hello\r\n", "script")
        let failure = await failure { try await run(command(["\(folder.path)/script"])) }
        #expect(
            failure?.message
                == "can't start \"\(folder.path)/script\": its first line ends with a carriage return")
        #expect(failure?.hint == "save the file with line feeds alone")
    }

    @Test func programBelowTheWorkingDirectoryIsFoundOrNamed() async throws {
        try executable("#!/bin/sh\npwd\n", "here")
        #expect(try await run(command(["./here"])).stdout == Array("\(folder.path)\n".utf8))
        let missing = await failure { try await run(command(["./there"])) }
        #expect(missing?.kind == .notFound)
        #expect(missing?.message == "there is no program \"./there\"")
        #expect(missing?.hint == "install it, or add its folder to PATH")
    }

    @Test func tooManyArgumentsSaySo() async throws {
        let long = String(repeating: "x", count: 1 << 20)
        let failure = await failure { try await run(command(["true", long])) }
        #expect(failure?.message == "can't start \"true\": argument list too long")
        #expect(failure?.hint == "give large data as input, or in a file")
    }

    @Test func nullBytesAreRefusedInsteadOfCuttingTheText() async throws {
        for command in [command(["echo", "a\0b"]), command(["env"], environment: ["PATH": "/usr/bin", "A": "a\0b"])] {
            let failure = await failure { try await run(command) }
            #expect(failure?.message.hasSuffix("\": an argument or a variable holds a null byte") == true)
            #expect(failure?.hint == "give it as input, or in a file")
        }
    }

    @Test func noArgumentsAreNoProgram() async throws {
        #expect(await failure { try await run(command([])) }?.message == "there is no program to run")
    }

    // MARK: What the child gets

    @Test func environmentIsExactlyWhatIsGiven() async throws {
        let result = try await run(command(["/usr/bin/env"], environment: ["A": "1=2", "B": ""]))
        #expect(Set(String(decoding: result.stdout, as: UTF8.self).split(separator: "\n")) == ["A=1=2", "B="])
    }

    @Test func argumentsArriveAsTheyAre() async throws {
        let result = try await run(command(["printf", "[%s]", "", "a b", "$HOME", "é"]))
        #expect(String(decoding: result.stdout, as: UTF8.self) == "[][a b][$HOME][é]")
    }

    @Test func onlyTheStandardStreamsAreOpen() async throws {
        let left = open("/dev/null", O_RDONLY)
        defer { close(left) }
        let result = try await shell("ls /proc/$$/fd; :")
        #expect(String(decoding: result.stdout, as: UTF8.self) == "0\n1\n2\n")
    }

    @Test func signalsAreAsTheyAreForANewProgram() async throws {
        let result = try await run(command(["grep", "-E", "^Sig(Blk|Ign):", "/proc/self/status"]))
        let masks = String(decoding: result.stdout, as: UTF8.self).split(separator: "\n").compactMap {
            $0.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) }
        }
        // glibc has 32 and 33 for itself, and leaves them ignored.
        #expect(masks.map { $0 & ~0x1_8000_0000 } == [0, 0])
    }

    @Test func childLeadsAGroupOfItsOwn() async throws {
        let result = try await shell("echo $$; cut -d ' ' -f 5 /proc/$$/stat")
        let lines = String(decoding: result.stdout, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first == lines.last)
    }

    @Test func withoutInputTheChildFindsItsEnd() async throws {
        #expect(try await run(command(["cat"])) == ProcessResult(exitCode: 0, stdout: [], stderr: []))
    }

    @Test func inputThatTheChildClosesEarlyIsNoMistake() async throws {
        let result = try await shell("exec <&-; echo done", input: [UInt8](repeating: 120, count: 1 << 20))
        #expect(result == ProcessResult(exitCode: 0, stdout: Array("done\n".utf8), stderr: []))
    }

    // MARK: What comes back

    @Test func muchGoesInAndComesOutAtTheSameTime() async throws {
        let input = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let result = try await shell("tee /dev/stderr", input: input)
        #expect(result.stdout == input)
        #expect(result.stderr == input)
    }

    @Test func whatTheChildWroteLastIsThere() async throws {
        let result = try await shell("exec >&-; seq 20000 >&2")
        #expect(result.stderr.suffix(6) == Array("20000\n".utf8))
    }

    @Test func outputOverTheLimitEndsTheChild() async throws {
        for (redirection, stream) in [("", "standard output"), (" >&2", "standard error")] {
            let command = command(["sh", "-c", "yes\(redirection)"], outputLimit: 100_000)
            let failure = await failure { try await run(command) }
            #expect(failure?.message == "\"sh\" wrote more than 100000 bytes to \(stream)")
        }
    }

    @Test func signalThatEndsTheChildIsItsExitCode() async throws {
        #expect(try await shell("kill -PIPE $$").exitCode == 128 + 13)
        #expect(try await shell("kill -KILL $$").exitCode == 128 + 9)
    }

    @Test func childIsNotWaitedForByThoseItDetached() async throws {
        let result = try await shell("setsid sleep 600 & echo $!")
        let pid = try #require(pid_t(String(decoding: result.stdout, as: UTF8.self).filter(\.isNumber)))
        // It has left the group, so that it is nobody's to end but this test's.
        kill(pid, SIGKILL)
        #expect(result.exitCode == 0)
    }

    // MARK: The end

    @Test func noZombieIsLeft() async throws {
        let result = try await shell("echo $$")
        #expect(try isReaped(String(decoding: result.stdout, as: UTF8.self)))
        #expect(try isReaped(await cancelled("echo $$; sleep 600").line))
    }

    @Test func cancellingAsksTheChildToEnd() async throws {
        let (failure, _) = await cancelled(
            "trap 'echo ended >end; exit' TERM; echo ready; while :; do sleep 0.01; done")
        #expect(failure?.kind == .cancelled)
        #expect(try folder.read("end") == "ended\n")
    }

    @Test func childThatDoesNotHeedIsKilledAfterItsGrace() async throws {
        let (failure, pid) = await cancelled(
            "trap '' TERM; echo $$; while :; do sleep 0.01; done", grace: .milliseconds(50))
        #expect(failure?.kind == .cancelled)
        #expect(try isReaped(pid))
    }

    @Test func childThatRunsTooLongIsStopped() async throws {
        let command = command(["sh", "-c", "trap '' TERM; sleep 600"], timeout: .milliseconds(50), grace: .zero)
        let failure = await failure { try await run(command) }
        #expect(failure?.kind == .timeout)
        #expect(failure?.message == "\"sh\" ran longer than 50 ms and was stopped")
        #expect(failure?.hint == "give the step a longer timeout")
    }

    @Test func cancelledBeforehandStartsNothing() async throws {
        let task = Task { () async -> Failure? in
            withUnsafeCurrentTask { $0?.cancel() }
            return await failure { try await shell("echo x >started") }
        }
        let end = await task.value
        #expect(end?.kind == .cancelled)
        #expect(end?.nothingSent == true)
        #expect(throws: Failure.self) { try folder.read("started") }
    }

    @Test func manyRunAtOnce() async throws {
        let codes = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<100 {
                group.addTask { try await shell("read line; exit $line", input: Array("\(number)\n".utf8)).exitCode }
            }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(codes == Set(0..<100))
    }
}
