import FlowCore
import FlowYAML

/// What a workflow file says of each step and of everything else, as plain values: layout, comments and the order of
/// keys make no difference. Called workflows have definitions of their own.
struct StepDefinitions {
    /// What is said of one step, without what stands in the steps inside it.
    struct Definition: Hashable {
        /// Its own keys and their values.
        var said: Value
        /// Which steps are inside it.
        var inside: Value
        /// What is under `with`.
        var arguments = ValueMap()
    }

    /// By the steps' paths. Where several cases of a `switch` have steps of one path, what all of them say.
    private(set) var steps: [String: Definition] = [:]
    /// By the keys at the top, without `steps`.
    let settings: [String: Value]
    private let maps: [Place: SourceNode]

    private struct Place: Hashable {
        let start: Int
        let end: Int

        init(_ span: SourceSpan) {
            start = span.start
            end = span.end
        }
    }

    init(_ workflow: Workflow) {
        var ignored = Diagnostics()
        let root = YAML.read(workflow.source, diagnostics: &ignored)
        var maps: [Place: SourceNode] = [:]
        var open = root.map { [$0] } ?? []
        while let node = open.popLast() {
            switch node.content {
            case .map(let entries):
                maps[Place(node.span)] = node
                open += entries.map(\.value)
            case .list(let items): open += items
            case .scalar: break
            }
        }
        self.maps = maps
        settings = Dictionary((root?.map ?? []).filter { $0.key != "steps" }.map { ($0.key, $0.value.plain) }) { $1 }
        var found: [String: [String: Definition]] = [:]
        collect(workflow.steps, below: "", of: "", into: &found)
        steps = found.mapValues { Definition(ofCases: $0) }
    }

    /// - Parameter cases: the cases around them, which tell steps of one path apart.
    private func collect(
        _ steps: [Step], below prefix: String, of cases: String, into found: inout [String: [String: Definition]]
    ) {
        for step in steps {
            let path = prefix + step.id
            found[path, default: [:]][cases] = definition(of: step)
            for branch in step.branches {
                collect(
                    branch.steps, below: "\(path)/\(branch.prefix)", of: "\(cases)/\(branch.label ?? "")", into: &found)
            }
        }
    }

    private func definition(of step: Step) -> Definition {
        var said: [Value] = []
        for entry in (maps[Place(step.span)]?.map ?? []).sorted(by: { $0.key < $1.key }) {
            switch entry.key {
            case "id", "name", "steps", "parallel", "on_error": continue
            case "switch": said.append([.string(entry.key), entry.value["value"]?.plain ?? .null])
            default: said.append([.string(entry.key), entry.value.plain])
            }
        }
        let inside = step.branches.map { branch -> Value in
            [.string(branch.label ?? ""), .bool(branch.isParallel), .list(branch.steps.map { .string($0.id) })]
        }
        let arguments = maps[Place(step.span)]?.map?.first { $0.key == "with" }?.value.plain.mapValue
        return Definition(said: .list(said), inside: .list(inside), arguments: arguments ?? ValueMap())
    }
}

extension StepDefinitions.Definition {
    /// - Parameter definitions: at least one.
    fileprivate init(ofCases definitions: [String: StepDefinitions.Definition]) {
        let all = definitions.sorted { $0.key < $1.key }.map(\.value)
        self = all[0]
        guard all.count > 1 else { return }
        said = .list(all.map(\.said))
        inside = .list(all.map(\.inside))
        for name in Set(all.flatMap(\.arguments.names)) {
            arguments[name] = .list(all.map { $0.arguments[name] ?? .null })
        }
    }
}

extension SourceNode {
    /// The value it stands for; keys of maps are sorted.
    fileprivate var plain: Value {
        switch content {
        case .scalar(let value): value
        case .list(let items): .list(items.map(\.plain))
        case .map(let entries):
            .map(ValueMap(entries.sorted { $0.key < $1.key }.map { ($0.key, $0.value.plain) }))
        }
    }
}
