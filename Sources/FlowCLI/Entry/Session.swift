import FlowCore

/// All a command may touch: the terminal, the environment, where things are kept, and the parts put together from them.
struct Session: Sendable {
    var console: Console
    var settings: Settings
    var environment: [String: String]
    /// Absolute.
    var workingDirectory: String
    var prompt: any Prompt

    /// `path` made absolute against the working directory.
    func absolutePath(_ path: String) -> String {
        path.hasPrefix("/") ? path : workingDirectory + "/" + path
    }
}
