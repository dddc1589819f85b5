import FlowCore
import FlowSpec
import Glibc

/// `shell.run`, which `run:` is short for.
struct ShellRun: Node {
    let spec = NodeSpec(
        "shell.run", summary: "Run a command in a shell.",
        details: """
            The command gets PATH, HOME, LANG, TERM and TMPDIR of the caller and the variables the workflow and the \
            step declare under env, nothing else, and no terminal. What it leaves running is ended with it.
            """,
        effect: .write,
        parameters: [
            Parameter(
                "command", .string, required: true, help: "The commands to run.", example: "git log --oneline",
                codeRemedy: "pass it in env:"),
            Parameter(
                "shell", .string, default: "sh",
                help: "sh (with -e), bash (with -eo pipefail), or another program that takes the command after -c.",
                codeRemedy: "name the shell itself"),
            Parameter(
                "parse", .string, help: "What standard output is: JSON, or lines of text.",
                choices: ["json", "lines"]),
            Parameter("input", .string, help: "Text for standard input.", takesSecrets: true),
            Parameter(
                "fail_on_exit", .bool, default: true, help: "Whether an exit code other than 0 fails the step."),
        ],
        output: "{stdout, stderr, exit_code}; with parse, stdout holds the value or the list of lines.",
        example: .init(
            ["command": "echo hello"],
            output: ["stdout": "hello\n", "stderr": "", "exit_code": 0]))

    func outputType(of arguments: WrittenArguments) -> StaticType {
        let isText = arguments.isMissing("parse")
        let stdout: StaticType = isText ? .string : arguments.text("parse") == "lines" ? .list(of: .string) : .dynamic
        return .record([("stdout", stdout), ("stderr", .string), ("exit_code", .int)])
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let command = arguments.string("command") ?? ""
        let log = context.log
        let isData = arguments.string("parse") != nil
        let isWrite = context.effect == .write
        let result: ProcessResult
        do {
            result = try await context.world.processes.run(
                ProcessCommand(
                    ShellProgram(arguments.string("shell") ?? "sh").arguments(for: command),
                    environment: ChildEnvironment.variables(of: context), workingDirectory: context.workingDirectory,
                    input: Array((arguments.string("input") ?? "").utf8), timeout: context.timeout,
                    onLine: { line, isError in
                        // What is parsed is data, and is in the output already.
                        if isError || !isData { log.log(.info, line) }
                    }))
        } catch var failure as Failure where isWrite && failure.code == ProcessCommand.tooMuchOutput {
            failure.kind = .uncertain
            throw failure
        }
        if result.exitCode != 0, arguments.bool("fail_on_exit") ?? true {
            throw failure(result, isWrite: isWrite, context)
        }
        let stdout = String(decoding: result.stdout, as: UTF8.self)
        return [
            "stdout": try parsed(stdout, as: arguments.string("parse")),
            "stderr": .string(String(decoding: result.stderr, as: UTF8.self)),
            "exit_code": .int(Int64(result.exitCode)),
        ]
    }

    func preview(_ arguments: Arguments, in context: NodeContext) throws -> [Preview] {
        let shell = ShellProgram(arguments.string("shell") ?? "sh")
        return [.text("\(shell.display) in \(context.workingDirectory):\n\(arguments.string("command") ?? "")")]
    }

    private func parsed(_ stdout: String, as format: String?) throws -> Value {
        switch format {
        case "json":
            do {
                return try JSON.parse(stdout)
            } catch {
                throw Failure(
                    .protocolError, "the command's output is not JSON: \(error.message)",
                    hint: "leave out parse: json, or let the command write nothing else to standard output")
            }
        case "lines": return .list(lines(stdout).map(Value.string))
        default: return .string(stdout)
        }
    }

    /// Empty lines count; what follows the last line feed does only where it is something.
    private func lines(_ text: String) -> [String] {
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty ?? false { lines.removeLast() }
        return lines.map { String(Substring($0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0)) }
    }

    /// An exit code is the command's own "it did not work": repeating it is what `retry` asks for, whatever the
    /// effect. Only where the shell could not even start the command is it final. What a signal has ended says nothing
    /// of how far it has come.
    private func failure(_ result: ProcessResult, isWrite: Bool, _ context: NodeContext) -> Failure {
        let signal = result.signal ?? ShellRun.signal(behind: result.exitCode)
        let kind: FailureKind =
            switch result.exitCode {
            case 126: .permission
            case 127: .notFound
            default: isWrite && signal != nil ? .uncertain : .transient
            }
        let lastLine = String(decoding: result.stderr, as: UTF8.self)
            .split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
        var message = "the command exited with \(result.exitCode)"
        if let signal = result.signal {
            message = "the command was ended by signal \(signal)"
        } else if let signal {
            message += ", as after signal \(signal)"
        }
        if let lastLine { message += ": \(ServiceText.line(String(lastLine), mask: context.masked, limit: 500))" }
        let hint = kind == .uncertain ? "look how far it has come" : hint(result.exitCode)
        return Failure(kind, message, hint: hint, code: "exit_\(result.exitCode)")
    }

    /// The signal that a shell speaks of, whose own command it ended: the exit code is 128 more. Only of SIGINT to SIGTERM,
    /// all of which end a program; other codes are more often a program's own, such as 129 of git.
    private static func signal(behind exitCode: Int) -> Int? {
        (Int(SIGINT)...Int(SIGTERM)).contains(exitCode - 128) ? exitCode - 128 : nil
    }

    private func hint(_ exitCode: Int) -> String? {
        switch exitCode {
        case 126: "make the program executable"
        case 127: "install the program, or add its folder to PATH"
        default: nil
        }
    }
}
