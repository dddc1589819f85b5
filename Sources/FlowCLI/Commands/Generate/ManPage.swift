/// A manual page in man(7) macros.
struct ManPage {
    var name: String
    var text: String

    /// One page for the root with its list of commands, one for each command under it.
    static func all(of command: CommandDescription) -> [ManPage] {
        [ManPage(command)] + command.children.flatMap(all)
    }

    init(_ command: CommandDescription) {
        name = command.invocation.split(separator: " ").joined(separator: "-")
        var lines = [
            ".\\\" Made by \"make docs\" from the command line's description.",
            ".TH \(name.uppercased()) 1 \"\" \"flowctl\" \"User commands\"",
            ".SH NAME",
            "\(ManPage.escaped(name)) \\- \(ManPage.escaped(ManPage.unpunctuated(command.abstract)))",
            ".SH SYNOPSIS",
            ".B \(ManPage.escaped(command.invocation))",
        ]
        if !command.children.isEmpty { lines.append("\\fIcommand\\fR") }
        lines += command.arguments.filter { $0.kind == "positional" || !$0.isOptional && $0.kind != "flag" }
            .map { ManPage.escaped($0.synopsis) }
        if command.arguments.contains(where: { $0.kind != "positional" }) { lines.append("[\\fIoptions\\fR]") }
        if !command.discussion.isEmpty {
            lines += [".SH DESCRIPTION"] + ManPage.paragraphs(command.discussion)
        }
        lines += ManPage.section("ARGUMENTS", command.arguments.filter { $0.kind == "positional" })
        let options = command.arguments.filter { $0.kind != "positional" }
        lines += ManPage.section("OPTIONS", options.filter { $0.section == nil })
        lines += ManPage.section("OPTIONS OF EVERY COMMAND", options.filter { $0.section != nil })
        if !command.children.isEmpty {
            lines.append(".SH COMMANDS")
            for child in command.children {
                lines += [".TP", ".B \(ManPage.escaped(child.name))", ManPage.escaped(child.abstract)]
            }
        }
        let related =
            command.children.map(\.invocation)
            + (command.parents.isEmpty
                ? []
                : [
                    command.parents.joined(separator: " ")
                ])
        if !related.isEmpty {
            let pages = related.map { $0.split(separator: " ").joined(separator: "-") }.sorted()
            lines += [".SH SEE ALSO", pages.map { ".BR \(ManPage.escaped($0)) (1)" }.joined(separator: ",\n")]
        }
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func section(_ title: String, _ arguments: [CommandDescription.Argument]) -> [String] {
        guard !arguments.isEmpty else { return [] }
        return [".SH \(title)"]
            + arguments.flatMap { argument in
                let value = argument.kind == "flag" ? "" : " \\fI\(escaped(argument.valueName))\\fR"
                let head =
                    argument.names.isEmpty
                    ? "\\fI\(escaped(argument.valueName))\\fR"
                    : argument.names.map { "\\fB\(escaped($0))\\fR" }.joined(separator: ", ") + value
                var help = argument.help
                if !argument.values.isEmpty { help += " One of \(argument.values.joined(separator: ", "))." }
                if let value = argument.defaultValue { help += " Default: \(value)." }
                return [".TP", head] + paragraphs(help)
            }
    }

    private static func paragraphs(_ text: String) -> [String] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.enumerated().flatMap { number, line -> [String] in
            if line.isEmpty { return [".PP"] }
            let isLast = number == lines.count - 1 || lines[number + 1].isEmpty
            return [escaped(String(line))] + (isLast ? [] : [".br"])
        }
    }

    private static func unpunctuated(_ text: String) -> String { text.hasSuffix(".") ? String(text.dropLast()) : text }

    /// Hyphens that are typed stay hyphens, and no line starts a macro by accident.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            default: result.append(character)
            }
        }
        return result.hasPrefix(".") || result.hasPrefix("'") ? "\\&" + result : result
    }
}
