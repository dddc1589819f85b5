import FlowCore

/// A command as ArgumentParser describes it: the common source of man pages.
struct CommandDescription {
    struct Argument {
        /// `positional`, `option` or `flag`
        var kind: String
        /// `-o`, `--output`; empty for a positional one.
        var names: [String]
        var valueName: String
        var isOptional: Bool
        var isRepeating: Bool
        var help: String
        /// nil for the command's own.
        var section: String?
        var values: [String]
        var defaultValue: String?
    }

    var name: String
    /// The commands above it.
    var parents: [String]
    var abstract: String
    var discussion: String
    var arguments: [Argument]
    var children: [CommandDescription]

    /// From ArgumentParser's JSON; hidden commands and arguments are left out, and so is its own `help` command.
    init?(_ value: Value) {
        guard let name = value["commandName"]?.stringValue else { return nil }
        self.name = name
        parents = (value["superCommands"]?.listValue ?? []).compactMap(\.stringValue)
        abstract = value["abstract"]?.stringValue ?? ""
        discussion = value["discussion"]?.stringValue ?? ""
        let isShown = { (value: Value) in value["shouldDisplay"]?.boolValue ?? true }
        arguments = (value["arguments"]?.listValue ?? []).filter(isShown).compactMap(Argument.init)
        children = (value["subcommands"]?.listValue ?? []).filter(isShown).compactMap(CommandDescription.init)
            .filter { $0.name != "help" }
    }

    /// `flowctl runs list`
    var invocation: String { (parents + [name]).joined(separator: " ") }
}

extension CommandDescription.Argument {
    init?(_ value: Value) {
        guard let kind = value["kind"]?.stringValue else { return nil }
        self.kind = kind
        names = (value["names"]?.listValue ?? []).compactMap { name in
            guard let text = name["name"]?.stringValue else { return nil }
            return name["kind"]?.stringValue == "short" ? "-" + text : "--" + text
        }
        valueName = value["valueName"]?.stringValue ?? "value"
        isOptional = value["isOptional"]?.boolValue ?? false
        isRepeating = value["isRepeating"]?.boolValue ?? false
        help = [value["abstract"], value["discussion"]].compactMap { $0?.stringValue }.joined(separator: " ")
        section = value["sectionTitle"]?.stringValue
        values = (value["allValues"]?.listValue ?? []).compactMap(\.stringValue)
        defaultValue = value["defaultValue"]?.stringValue
    }

    /// `--output <output>`, `-i <name=value> …`
    var synopsis: String {
        let value = kind == "flag" ? "" : "<\(valueName)>"
        let text = ([names.last ?? "", value].filter { !$0.isEmpty }).joined(separator: " ")
        let repeated = isRepeating ? text + " ..." : text
        return isOptional ? "[\(repeated)]" : repeated
    }
}
