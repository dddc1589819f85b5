import FlowCore
import FlowNodes
import FlowSpec

/// All a command may touch: the terminal, the environment, where things are kept, and the parts put together from them.
struct Session: Sendable {
    var console: Console
    /// Where things are kept.
    let settings: Settings
    var environment: [String: String]
    /// Names of variables that are not UTF-8 text, and not in ``environment``.
    var unreadableVariables: Set<String> = []
    /// Absolute.
    var workingDirectory: String
    var prompt: any Prompt
    var files: any FileSystem = PosixFileSystem()
    /// Options of the command line that say where things are; a command the user is told to type needs them, too.
    var placeOptions: [String] = []

    init(
        console: Console, environment: [String: String], workingDirectory: String, prompt: any Prompt,
        settings: Settings
    ) {
        self.console = console
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.prompt = prompt
        self.settings = settings
    }

    /// A command for the user to type, ready for a shell.
    func commandLine(_ words: [String]) -> String {
        (["flowctl"] + words + placeOptions).map(\.asShellWord).joined(separator: " ")
    }

    /// `path` made absolute against the working directory.
    func absolutePath(_ path: String) -> String {
        path.hasPrefix("/") ? path : workingDirectory + "/" + path
    }
}
