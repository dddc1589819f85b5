import FlowCore
import FlowSpec

/// `flow.log`: a remark in the run's log.
struct FlowLog: Node {
    let spec = NodeSpec(
        "flow.log", summary: "Write a line to the run's log.", effect: .read,
        parameters: [
            Parameter("message", .any, required: true, help: "What to write.", example: "42 rows imported"),
            Parameter(
                "level", .string, default: "info", help: "How much it matters.",
                choices: LogLevel.allCases.map { .string($0.rawValue) }),
        ],
        output: "null",
        example: .init(
            ["message": "42 rows imported"], output: .null))

    func outputType(of arguments: WrittenArguments) -> StaticType { .null }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let level = arguments.string("level").flatMap(LogLevel.init(rawValue:)) ?? .info
        context.log.log(level, PlainText.of(Masker(of: context).mask(arguments["message"] ?? .null)))
        return .null
    }
}
