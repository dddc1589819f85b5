import FlowCore
import FlowYAML

extension WorkflowReader {
    /// `while:` or `until:` with what bounds it; nil where there is neither, or a mistake was reported.
    mutating func repetition(_ map: MapDecoder) -> Step.Repetition? {
        let found = ["while", "until", "for_each", "matrix"].filter(map.has)
        guard let key = found.first, let kind = Step.Repetition.Kind(rawValue: key), let node = map.node(key) else {
            return nil
        }
        if let other = found.dropFirst().first {
            diagnostics.error(
                "two-loops", "a step can't have both \"\(key)\" and \"\(other)\"",
                at: map.entry(other)?.keySpan ?? node.span, hint: "put one of them on a block around the step")
        }
        let bound = map.int("max_iterations", in: 1...1_000_000_000, &diagnostics)
        if !map.has("max_iterations") {
            diagnostics.error(
                "missing-key", "\"\(key)\" needs \"max_iterations\"", at: map.entry(key)?.keySpan ?? node.span,
                hint: "add max_iterations: 100, so that it ends whatever happens")
        }
        let interval = map.duration("interval", &diagnostics)
        guard let condition = condition(node, key: key) else { return nil }
        return Step.Repetition(kind: kind, condition: condition, maxIterations: bound ?? 1, interval: interval)
    }
}
