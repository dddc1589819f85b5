import FlowCore
import FlowTestKit
import Glibc

/// A file of commands with what each must print and exit with.
///
///     What the case shows, in a sentence.
///     --- file hello.yaml
///     name: hello
///     --- $ flowctl validate hello.yaml
///     --- stdin
///     --- stdout
///     --- stderr
///     --- exit 3
///
/// Commands run one after the other through `sh` in a folder of their own, which is also HOME; `flowctl` is the binary
/// that was just built. Sections that are empty, and exit 0, are left out. What differs from run to run is written in
/// braces: `{dir}`, `{run}`, `{time}`, `{took}`; see ``Normalizer``.
struct CommandCase: Sendable, CustomStringConvertible {
    struct Step: Sendable {
        var command: String
        var input = ""
        var output = ""
        var errors = ""
        var exit = 0
    }

    /// Below the folder of cases, without the extension.
    var name: String
    var path: String
    var title: String
    var files: [(name: String, text: String)] = []
    var variables: [(name: String, value: String)] = []
    var steps: [Step] = []

    var description: String { name }

    static let folder = "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Cases"

    /// Every case, sorted by name.
    static func all() throws -> [CommandCase] {
        try Folder.list(folder).filter { !$0.contains(".") }.flatMap { group in
            try Folder.list("\(folder)/\(group)").filter { $0.hasSuffix(".case") }.map {
                try CommandCase(path: "\(folder)/\(group)/\($0)", name: "\(group)/\($0.dropLast(5))")
            }
        }
    }

    init(path: String, name: String) throws {
        self.path = path
        self.name = name
        title = ""
        var section = "title"
        var text = ""
        for line in try Folder.read(path).split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("--- ") {
                try close(section, text)
                section = String(line.dropFirst(4))
                text = ""
            } else {
                text += line + "\n"
            }
        }
        // The file's own last line break opens one more, empty line.
        try close(section, String(text.dropLast()))
    }

    private mutating func close(_ section: String, _ text: String) throws {
        let words = section.split(separator: " ", maxSplits: 1).map(String.init)
        let argument = words.count > 1 ? words[1] : ""
        switch words[0] {
        case "title": title = text
        case "file": files.append((argument, text))
        case "env":
            let pair = argument.split(separator: "=", maxSplits: 1).map(String.init)
            variables.append((pair[0], pair.count > 1 ? pair[1] : ""))
        case "$": steps.append(Step(command: argument))
        case "stdin" where !steps.isEmpty: steps[steps.count - 1].input = text
        case "stdout" where !steps.isEmpty: steps[steps.count - 1].output = text
        case "stderr" where !steps.isEmpty: steps[steps.count - 1].errors = text
        case "exit" where !steps.isEmpty: steps[steps.count - 1].exit = Int(argument) ?? -1
        default: throw Failure(.invalid, "\(path): unknown section \"\(section)\"")
        }
    }

    /// The file's text, from which ``init(path:name:)`` reads the same case.
    var text: String {
        var text = title
        for file in files { text += "--- file \(file.name)\n\(file.text)" }
        for variable in variables { text += "--- env \(variable.name)=\(variable.value)\n" }
        for step in steps {
            text += "--- $ \(step.command)\n"
            if !step.input.isEmpty { text += "--- stdin\n\(step.input)" }
            if !step.output.isEmpty { text += "--- stdout\n\(step.output)" }
            if !step.errors.isEmpty { text += "--- stderr\n\(step.errors)" }
            if step.exit != 0 { text += "--- exit \(step.exit)\n" }
        }
        return text
    }
}
