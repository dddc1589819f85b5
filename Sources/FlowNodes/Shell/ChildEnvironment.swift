import FlowCore
import FlowSpec

/// The variables a child process gets: a few that programs can't do without, and those the file declares.
enum ChildEnvironment {
    static let passedOn = ["PATH", "HOME", "LANG", "TERM", "TMPDIR"]

    static func variables(of context: NodeContext) -> [String: String] {
        var variables = context.world.environment.filter { passedOn.contains($0.key) }
        for (name, value) in context.environment where !name.hasPrefix("FLOWCTL_") {
            if let text = value.stringValue { variables[name] = text }
        }
        return variables
    }
}
