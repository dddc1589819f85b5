import FlowCore
import FlowSpec

/// A few nodes for workflows to use; none of them does anything.
struct SampleNodes: NodeSource {
    private struct Sample: Node {
        let spec: NodeSpec
        func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value { .null }

        func outputType(of arguments: WrittenArguments) -> StaticType {
            switch spec.name {
            case "shell.run":
                let stdout: StaticType = arguments.isMissing("parse") ? .string : .dynamic
                return .record([("stdout", stdout), ("stderr", .string), ("exit_code", .int)])
            case "slack.list_messages": return .list
            default: return .dynamic
            }
        }
    }

    static let specs: [NodeSpec] = [
        NodeSpec(
            "slack.send_message", summary: "Send a message.", effect: .write,
            parameters: [
                Parameter("channel", .string, required: true, help: "The channel's id."),
                Parameter("text", .string), Parameter("blocks", .list(of: .map)),
                Parameter("unfurl", .bool), Parameter("priority", .int, minimum: 1, maximum: 5),
                Parameter("format", .string, choices: ["plain", "markdown"]),
                Parameter(
                    "thread", .string, help: "The thread's ts.",
                    pattern: TextPattern("^[^ ]+$") { !$0.contains(" ") }),
            ], rules: [.any(["text", "blocks"])], credentialTypes: ["slack_bot"], needsCredential: true),
        NodeSpec("slack.list_messages", summary: "List messages.", effect: .read, parameters: []),
        NodeSpec(
            "shell.run", summary: "Run a command.", effect: .write,
            parameters: [
                Parameter("command", .string, required: true, codeRemedy: "pass the value in env:"),
                Parameter("shell", .string, default: "sh", codeRemedy: "write the program's name"),
                Parameter("parse", .string, choices: ["json", "lines"]),
            ]),
        NodeSpec(
            "http.request", summary: "Send a request.", effect: .write,
            parameters: [
                Parameter("url", .string, required: true), Parameter("headers", .map, takesSecrets: true),
            ], credentialTypes: ["bearer"], givenKeyLifetime: .seconds(60)),
        NodeSpec(
            "sqlite.query", summary: "Ask a database.", effect: .read,
            parameters: [
                Parameter("path", .file, required: true),
                Parameter("sql", .string, required: true, codeRemedy: "bind the value in params:"),
                Parameter("params", .list(of: .any)),
            ]),
        NodeSpec(
            "data.template", summary: "Fill a template.", effect: .read,
            parameters: [Parameter("template", .string), Parameter("data", .map)]),
        NodeSpec(
            "data.transform", summary: "Compute values.", effect: .read,
            parameters: [Parameter("values", .expressions, required: true), Parameter("input", .any)]),
    ]

    func node(named name: String) throws -> (any Node)? {
        if name == "broken.node" { throw Failure(.invalid, "its file has no operations") }
        return SampleNodes.specs.first { $0.name == name }.map(Sample.init)
    }

    var names: [String] { SampleNodes.specs.map(\.name).sorted() }
}
