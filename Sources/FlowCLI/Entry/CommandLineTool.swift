import ArgumentParser
import FlowCore
import Glibc

/// The process: from its arguments to its exit status.
package enum CommandLineTool {
    /// Runs what the command line says and ends the process.
    package static func main() async -> Never {
        let arguments = Array(CommandLine.arguments.dropFirst())
        // Scripts ask for it before every use, so it costs nothing but the start.
        if arguments == ["--version"] {
            DescriptorChannel.standardOutput.write(Version.text + "\n")
            exit(ExitStatus.success.rawValue)
        }
        signal(SIGPIPE, SIG_IGN)
        CrashNote.install()
        let status = await run(arguments, environment: processEnvironment(), prompt: TerminalPrompt())
        exit(status.rawValue)
    }

    static func run(_ arguments: [String], environment: [String: String], prompt: any Prompt) async -> ExitStatus {
        let screens = { (noColor: Bool) in
            (
                Screen(descriptor: STDOUT_FILENO, environment: environment, noColor: noColor),
                Screen(descriptor: STDERR_FILENO, environment: environment, noColor: noColor)
            )
        }
        func console(_ global: GlobalOptions?) -> Console {
            let (output, notes) = screens(global?.noColor ?? arguments.contains("--no-color"))
            return Console(
                output: DescriptorChannel.standardOutput, notes: DescriptorChannel.standardError,
                outputScreen: output, notesScreen: notes, format: global?.output ?? .text,
                isQuiet: global?.quiet ?? false, isVerbose: global?.verbose ?? false)
        }

        let verb: any Verb
        do {
            guard let parsed = try CommandLineReader.read(arguments) else { return .success }
            verb = parsed
        } catch let request as CommandLineReader.Reply {
            console(nil).show(document: request.text)
            return .success
        } catch {
            let exit = Exit(error)
            exit.report(on: console(nil))
            return exit.status
        }

        let terminal = console(verb.global)
        do {
            let directory = workingDirectory()
            let global = verb.global
            let session = Session(
                console: terminal, environment: environment, workingDirectory: directory, prompt: prompt
            ) {
                try Settings(
                    stateDatabase: global.stateDatabase, vault: global.vault, environment: environment,
                    workingDirectory: directory)
            }
            try await verb.run(in: session)
            return .success
        } catch {
            let exit = Exit(error)
            exit.report(on: terminal)
            return exit.status
        }
    }

    static func processEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text)
            if let equals = pair.firstIndex(of: "=") {
                variables[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
            }
            entry += 1
        }
        return variables
    }

    static func workingDirectory() -> String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }
}
