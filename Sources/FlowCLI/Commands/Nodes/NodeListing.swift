import FlowCore
import FlowSpec

/// Nodes as `list` and `search` show them.
struct NodeListing {
    private let specs: [NodeSpec]

    init(_ specs: [NodeSpec]) { self.specs = specs }

    func show(on console: Console) {
        let rows = specs.map { spec -> Value in
            [
                "name": .string(spec.name), "effect": .string(spec.effect.rawValue), "summary": .string(spec.summary),
            ]
        }
        console.show(json: .list(rows)) {
            guard !specs.isEmpty else { return }
            var table = Table("NODE", "EFFECT", "SUMMARY")
            for spec in specs {
                table.add(StyledText(spec.name, .bold), StyledText(spec.effect.rawValue), StyledText(spec.summary))
            }
            table.show(on: console)
        }
    }
}
