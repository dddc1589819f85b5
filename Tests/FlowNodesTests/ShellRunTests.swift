import FlowCore
import FlowNodes
import FlowSpec
import FlowTestKit
import Glibc
import Testing

@Suite struct ShellRunTests {
    @Test func givesOutputErrorsAndCode() async throws {
        let output = try await runNode("shell.run", ["command": "echo out; echo err >&2"])
        #expect(output == ["stdout": "out\n", "stderr": "err\n", "exit_code": 0])
    }

    @Test func stopsAtTheFirstMistake() async throws {
        let failure = await failure { try await runNode("shell.run", ["command": "false\necho on"]) }
        #expect(failure?.message == "the command exited with 1")
        #expect(failure?.code == "exit_1")
        #expect(failure?.kind == .transient)
    }

    @Test func bashFailsWhereAPipeDoes() async throws {
        let failure = await failure { try await runNode("shell.run", ["command": "false | cat", "shell": "bash"]) }
        #expect(failure?.code == "exit_1")
    }

    @Test func theLastErrorLineIsShownWithoutSecrets() async throws {
        let failure = await failure {
            try await runNode(
                "shell.run", ["command": "echo first >&2; echo \"bad token $T\" >&2; exit 3"],
                environment: ["T": .secret("fake-secret-value")])
        }
        #expect(failure?.message == "the command exited with 3: bad token ***")
    }

    @Test func aSecretAtTheEndOfALongLineIsMaskedBeforeTheCut() async throws {
        let failure = await failure {
            try await runNode(
                "shell.run", ["command": "printf '%0490d%s and more' 0 \"$T\" >&2; exit 3"],
                environment: ["T": .secret("fake-secret-value")])
        }
        let zeros = String(repeating: "0", count: 490)
        #expect(failure?.message == "the command exited with 3: \(zeros)*** and mo…")
    }

    @Test func whatIsNoProgramIsPassedOverInPath() async throws {
        let folder = try TemporaryFolder()
        try PosixFileSystem().createFolder("\(folder.path)/folder/bash")
        try PosixFileSystem().createFolder("\(folder.path)/text")
        try folder.write("echo wrong", to: "text/bash")
        let output = try await runNode(
            "shell.run", ["command": "echo right", "shell": "bash"],
            environment: ["PATH": .string("\(folder.path)/folder:\(folder.path)/text:none:/usr/bin:/bin")])
        #expect(output["stdout"] == "right\n")
    }

    @Test func aProgramThatIsMissingIsNotFound() async throws {
        let failure = await failure { try await runNode("shell.run", ["command": "no-such-program-here"]) }
        #expect(failure?.kind == .notFound)
        #expect(failure?.code == "exit_127")
        #expect(failure?.hint == "install the program, or add its folder to PATH")
    }

    @Test func aShellThatIsMissingIsNotFound() async throws {
        let failure = await failure { try await runNode("shell.run", ["command": "x", "shell": "no-such-shell"]) }
        #expect(failure?.kind == .notFound)
        #expect(failure?.message == "there is no program \"no-such-shell\"")
        #expect(failure?.hint == "install it, or add its folder to PATH")
    }

    @Test func anExitCodeCanBeAResult() async throws {
        let output = try await runNode("shell.run", ["command": "exit 4", "fail_on_exit": false])
        #expect(output["exit_code"] == 4)
    }

    @Test func linesAndJSONAreParsed() async throws {
        let lines = try await runNode("shell.run", ["command": "printf 'a\\n\\nb\\n'", "parse": "lines"])
        #expect(lines["stdout"] == ["a", "", "b"])
        let json = try await runNode("shell.run", ["command": "echo '{\"n\": 1}'", "parse": "json"])
        #expect(json["stdout"] == ["n": 1])
    }

    @Test func outputThatIsNoJSONIsAProtocolFailure() async throws {
        let failure = await failure { try await runNode("shell.run", ["command": "echo hello", "parse": "json"]) }
        #expect(failure?.kind == .protocolError)
        #expect(failure?.message.hasPrefix("the command's output is not JSON: ") == true)
    }

    @Test func theEnvironmentIsWhatTheFileDeclares() async throws {
        let output = try await runNode(
            "shell.run", ["command": "env", "parse": "lines"],
            environment: ["MINE": "7", "UNSET": nil, "FLOWCTL_MINE": "no"])
        let lines = Set((output["stdout"]?.listValue ?? []).compactMap(\.stringValue))
        #expect(lines.contains("MINE=7"))
        #expect(lines.contains("PATH=/usr/bin:/bin"))
        #expect(!lines.contains { $0.hasPrefix("FLOWCTL_") || $0.hasPrefix("OTHER=") })
    }

    @Test func inputReachesTheCommandAndMayBeIgnored() async throws {
        #expect(try await runNode("shell.run", ["command": "cat", "input": "hello"])["stdout"] == "hello")
        let large = Value.string(String(repeating: "x", count: 1 << 20))
        #expect(try await runNode("shell.run", ["command": "true", "input": large])["exit_code"] == 0)
    }

    @Test func linesAreLoggedAsTheyCome() async throws {
        let log = RecordedLog()
        _ = try await runNode("shell.run", ["command": "echo one; printf two"], log: log)
        #expect(log.lines.count == 2)
        #expect(log.lines.first?.contains("one") == true)
    }

    @Test func aTimeoutEndsTheWholeGroup() async throws {
        let folder = try TemporaryFolder()
        let failure = await failure {
            try await runNode(
                "shell.run", ["command": "sleep 600 & echo $! > child; wait"], in: folder, timeout: .milliseconds(300))
        }
        #expect(failure?.kind == .timeout)
        #expect(failure?.message == "\"sh\" ran longer than 300 ms and was stopped")
        #expect(failure?.hint == "give the step a longer timeout")
        #expect(try isGone(folder))
    }

    @Test func whatAStepLeavesBehindIsEnded() async throws {
        let folder = try TemporaryFolder()
        let output = try await runNode("shell.run", ["command": "sleep 600 & echo $! > child"], in: folder)
        #expect(output["exit_code"] == 0)
        #expect(try isGone(folder))
    }

    @Test func cancellingEndsTheChild() async throws {
        let folder = try TemporaryFolder()
        let started = AsyncStream<Void>.makeStream()
        let log = StartSignal { started.continuation.yield() }
        let task = Task {
            await failure {
                try await runNode(
                    "shell.run", ["command": "sleep 600 & echo $! > child; echo ready; wait"], in: folder, log: log)
            }
        }
        for await _ in started.stream { break }
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
        #expect(try isGone(folder))
    }

    @Test func tooMuchOutputIsAFailure() async throws {
        let failure = await failure {
            try await PosixProcessRunner().run(
                ProcessCommand(
                    ["sh", "-c", "yes"], environment: ["PATH": "/usr/bin:/bin"], workingDirectory: "/tmp",
                    outputLimit: 1000))
        }
        #expect(failure?.message == "\"sh\" wrote more than 1000 bytes to standard output")
        #expect(failure?.hint == "let it write to a file")
    }

    // MARK: Ended before its end

    @Test(arguments: [
        ("kill -9 $$", "the command was ended by signal 9"),
        ("sh -c 'kill -TERM $$'\necho on", "the command exited with 143, as after signal 15"),
        ("exit 130", "the command exited with 130, as after signal 2"),
    ])
    func nobodyKnowsHowFarAWriteCameThatASignalEnded(command: String, message: String) async throws {
        let write = await failure { try await runNode("shell.run", ["command": .string(command)]) }
        // Behind it may stand what the shell says of its child.
        #expect(write?.message.hasPrefix(message) == true)
        #expect(write?.kind == .uncertain)
        #expect(write?.hint == "look how far it has come")
        let read = await failure { try await runNode("shell.run", ["command": .string(command)], effect: .read) }
        #expect(read?.message == write?.message)
        #expect(read?.kind == .transient)
        #expect(read?.hint == nil)
    }

    @Test(arguments: [128, 129, 144, 192, 255]) func otherExitCodesAreTheCommandsOwn(code: Int) async throws {
        let failure = await failure { try await runNode("shell.run", ["command": .string("exit \(code)")]) }
        #expect(failure?.message == "the command exited with \(code)")
        #expect(failure?.kind == .transient)
    }

    @Test func nobodyKnowsHowFarAWriteCameThatWroteTooMuch() async throws {
        let command: Value = "head -c 17000000 /dev/zero; echo on"
        let write = await failure { try await runNode("shell.run", ["command": command]) }
        #expect(write?.message == "\"sh\" wrote more than 16777216 bytes to standard output")
        #expect(write?.kind == .uncertain)
        #expect(write?.code == "too_much_output")
        let read = await failure { try await runNode("shell.run", ["command": command], effect: .read) }
        #expect(read?.kind == .invalid)
    }

    @Test func theSessionIsItsOwn() async throws {
        let output = try await runNode("shell.run", ["command": "echo $$ $(cut -d ' ' -f 5,6 /proc/$$/stat)"])
        let numbers = (output["stdout"]?.stringValue ?? "").split(whereSeparator: \.isWhitespace)
        #expect(numbers.count == 3)
        #expect(Set(numbers).count == 1, "process, group and session")
    }

    @Test func aMissingWorkingDirectoryIsNamed() async throws {
        let failure = await failure {
            try await PosixProcessRunner().run(
                ProcessCommand(
                    ["true"], environment: ["PATH": "/usr/bin:/bin"], workingDirectory: "/no/such/folder"))
        }
        #expect(failure?.kind == .notFound)
        #expect(failure?.message == "can't enter the working directory \"/no/such/folder\"")
    }

    /// The kernel ends a killed process soon, not at once, and it stays a zombie until it is reaped.
    private func isGone(_ folder: TemporaryFolder) throws -> Bool {
        let pid = try #require(Int32(try folder.read("child").filter(\.isNumber)))
        for _ in 0..<2000 {
            guard let state = try? PosixFileSystem().read("/proc/\(pid)/stat", limit: 4096) else { return true }
            if String(decoding: state, as: UTF8.self).contains(") Z ") { return true }
            usleep(1000)
        }
        return false
    }
}

private struct StartSignal: LogSink {
    let started: @Sendable () -> Void
    func log(_ level: LogLevel, _ message: String) { started() }
    func attempt(_ record: HTTPAttempt) {}
    func waiting(_ wait: HTTPWait) {}
}
