/// The program that reads a command, and how it is told to stop at the first mistake.
struct ShellProgram {
    private let name: String

    init(_ name: String) { self.name = name }

    func arguments(for command: String) -> [String] { words + ["-c", command] }

    /// As a dry run shows it.
    var display: String { words.joined(separator: " ") }

    private var words: [String] {
        switch name {
        case "sh", "": ["sh", "-e"]
        case "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]
        default: name.split(separator: " ").map(String.init)
        }
    }
}
