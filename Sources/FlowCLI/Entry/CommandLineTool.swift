import ArgumentParser
import FlowCore
import FlowNodes
import Glibc

/// The process: from its arguments to its exit status.
package enum CommandLineTool {
    /// Runs what the command line says and ends the process.
    package static func main() async -> Never {
        let arguments = ProcessSurroundings.arguments
        // Scripts ask for it before every use, so it costs nothing but the start.
        if arguments == ["--version"] {
            DescriptorChannel.standardOutput.write(Version.text + "\n")
            end(.success, on: Streams([:]))
        }
        signal(SIGPIPE, SIG_IGN)
        // Past a limit on the size of files a write fails instead, as on a full disk, and is reported.
        signal(SIGXFSZ, SIG_IGN)
        ProcessMemory.keepPrivate()
        ProcessFiles.allowMany()
        ProcessMemory.keepSmall()
        CrashNote.install()
        let variables = ProcessSurroundings.variables()
        let streams = Streams(variables.texts)
        do {
            try ProcessSurroundings.requireArguments()
            try ProcessTable.require()
            try ProcessFiles.require()
            try ProcessThreads.require()
        } catch {
            let exit = Exit(error)
            exit.report(on: streams.console(nil))
            end(exit.status, on: streams)
        }
        let status = await run(
            arguments, environment: variables.texts, unreadable: variables.unreadable,
            workingDirectory: try ProcessSurroundings.workingDirectory(), streams: streams, prompt: TerminalPrompt())
        end(status, on: streams)
    }

    /// Ends the process; a success is none where what was to be printed is not all there.
    ///
    /// At once: what libraries have the C library do at the end, OpenSSL above all, would take away what other threads, such
    /// as one that is just loading libcurl, are using.
    private static func end(_ status: ExitStatus, on streams: Streams) -> Never {
        let number = DescriptorChannel.standardOutput.errorNumber
        guard number != 0 else { _exit(status.rawValue) }
        streams.console(nil).complain(
            Failure(
                .transient, "can't write standard output: \(String(cString: strerror(number)).lowercased())",
                hint: "what has been written there is not whole"))
        _exit((status == .success ? .failure : status).rawValue)
    }

    /// What the user sees and what screens they see it on.
    struct Streams: Sendable {
        var output: any Channel
        var notes: any Channel
        var outputScreen: @Sendable (_ noColor: Bool) -> Screen
        var notesScreen: @Sendable (_ noColor: Bool) -> Screen

        /// Those of this process.
        init(_ environment: [String: String]) {
            output = DescriptorChannel.standardOutput
            notes = DescriptorChannel.standardError
            outputScreen = { Screen(descriptor: STDOUT_FILENO, environment: environment, noColor: $0) }
            notesScreen = { Screen(descriptor: STDERR_FILENO, environment: environment, noColor: $0) }
        }

        init(output: any Channel, notes: any Channel) {
            self.output = output
            self.notes = notes
            outputScreen = { _ in .plain }
            notesScreen = { _ in .plain }
        }

        func console(_ global: GlobalOptions?) -> Console {
            let noColor = global?.noColor ?? false
            return Console(
                output: output, notes: notes, outputScreen: outputScreen(noColor), notesScreen: notesScreen(noColor),
                format: global?.output ?? .text, isQuiet: global?.quiet ?? false, isVerbose: global?.verbose ?? false)
        }
    }

    /// - Parameters:
    ///   - unreadable: variables of the environment that are not UTF-8, which are not in `environment`.
    ///   - workingDirectory: asked for where there is a command to run; its failure is the command's.
    static func run(
        _ arguments: [String], environment: [String: String], unreadable: Set<String> = [],
        workingDirectory: @autoclosure () throws -> String, streams: Streams, prompt: any Prompt
    ) async -> ExitStatus {
        let verb: any Verb
        do {
            guard let parsed = try CommandLineReader.read(arguments) else { return .success }
            verb = parsed
        } catch let request as CommandLineReader.Reply {
            streams.console(nil).show(document: request.text)
            return .success
        } catch {
            let exit = Exit(error)
            exit.report(on: streams.console(nil))
            return exit.status
        }

        let global = verb.global
        var console = streams.console(global)
        console.logFormat = verb.logFormat
        do {
            let variables = ProcessSurroundings.Variables(texts: environment, unreadable: unreadable)
            try variables.requireOwn()
            let workingDirectory = try workingDirectory()
            var session = Session(
                console: console, environment: environment, workingDirectory: workingDirectory, prompt: prompt,
                settings: Settings(
                    stateDatabase: global.stateDatabase, vault: global.vault, environment: environment,
                    workingDirectory: workingDirectory))
            session.unreadableVariables = unreadable
            session.placeOptions = global.placeOptions
            try await verb.run(in: session)
            return .success
        } catch {
            let exit = Exit(error)
            exit.report(on: console)
            return exit.status
        }
    }
}
