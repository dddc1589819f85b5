import FlowConnect
import FlowCore
import FlowSpec

/// The page of docs/reference about an app, in Markdown: its credentials, errors and operations.
struct ReferencePage {
    private let connector: Connector
    private let nodes: [ConnectorNode]

    init(_ connector: Connector) {
        self.connector = connector
        nodes = connector.operations.map { ConnectorNode(connector, $0) }
    }

    private var specs: [NodeSpec] { nodes.map(\.spec) }

    /// Of all apps.
    static func index(_ connectors: [Connector]) -> String {
        var lines = [
            "# Apps", "",
            "Made by `make docs` from `connectors`. How an app is described is in [connectors.md](../connectors.md).",
            "", "| app | what | operations |", "| --- | --- | --- |",
        ]
        for connector in connectors {
            lines.append(
                "| [\(connector.title)](\(connector.name).md) | \(cell(connector.summary)) | \(connector.operations.count) |"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }

    var text: String {
        var lines = ["# \(connector.title)", "", "Made by `make docs` from `connectors/\(connector.name).yaml`.", ""]
        lines.append(connector.summary)
        if let page = connector.documentation { lines += ["", "The vendor's pages: <\(page)>"] }
        lines += credentials + errors
        lines += ["", "## Operations", "", "| node | effect | what |", "| --- | --- | --- |"]
        for spec in specs {
            let anchor = spec.name.filter { $0 != "." }
            lines.append(
                "| [`\(spec.name)`](#\(anchor)) | \(spec.effect.rawValue) | \(ReferencePage.cell(spec.summary)) |")
        }
        lines += specs.flatMap(section)
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Credentials and errors

    private var credentials: [String] {
        var lines: [String] = []
        for type in connector.credentialTypes {
            lines += ["", "### `\(type.name)`", ""]
            if !type.help.isEmpty { lines.append(type.help) }
            if let console = type.console { lines.append("Where to get it: <\(console)>") }
            lines += ["", "```", "flowctl credentials add \(connector.name) --type \(type.name)", "```", ""]
            for field in type.fields {
                let marks = [field.isSecret ? "secret" : nil, field.isRequired ? nil : "optional"].compactMap(\.self)
                let mark = marks.isEmpty ? "" : " (\(marks.joined(separator: ", ")))"
                lines.append("- `\(field.name)`\(mark): \(field.help)")
            }
        }
        for provider in Set(specs.flatMap(\.sharedCredentials)).sorted() {
            lines += ["", "### Login", "", "```", "flowctl credentials login \(provider)", "```"]
        }
        return lines.isEmpty ? [] : ["", "## Credentials"] + lines
    }

    private var errors: [String] {
        let known = nodes.map(\.knownErrors).max { $0.count < $1.count }?.filter { $0.hint != nil } ?? []
        guard !known.isEmpty else { return [] }
        var lines = ["", "## Errors", "", "| code | kind | what to do |", "| --- | --- | --- |"]
        for error in known {
            lines.append(
                "| `\(error.code)` | \(error.kind?.rawValue ?? "") | \(ReferencePage.cell(error.hint ?? "")) |")
        }
        return lines
    }

    // MARK: Operations

    private func section(_ spec: NodeSpec) -> [String] {
        var lines = ["", "### \(spec.name)", "", spec.summary]
        if !spec.details.isEmpty { lines += ["", spec.details] }
        if !spec.parameters.isEmpty {
            lines += ["", "| parameter | type | what |", "| --- | --- | --- |"]
            for parameter in spec.parameters {
                let name = "`\(parameter.name)`" + (parameter.isRequired ? " *" : "")
                lines.append("| \(name) | \(parameter.type.name) | \(ReferencePage.cell(parameter.sentences)) |")
            }
        }
        lines += spec.rules.map { "\n\($0.sentence.prefix(1).uppercased())\($0.sentence.dropFirst())." }
        if !spec.output.isEmpty { lines += ["", "Output: \(spec.output)"] }
        if let example = spec.example {
            lines += ["", "```yaml", "- uses: \(spec.name)"]
            if !example.params.isEmpty {
                lines.append("  with:")
                lines += example.params.map { "    \($0.key.text): \(FlowText.scalar($0.value))" }
            }
            lines.append("```")
        }
        return lines
    }

    /// In a table a bar would end the cell.
    private static func cell(_ text: String) -> String {
        text.split(separator: "\n").joined(separator: " ").split(separator: "|", omittingEmptySubsequences: false)
            .joined(separator: "\\|")
    }
}
