import FlowCore
import FlowExpression
import FlowStore
import Synchronization

/// What the expressions in one list of steps see: the results of its own steps, and those of the lists around it.
final class Frame: Sendable {
    let parent: Frame?
    /// Before the ids of its steps in paths: `deploy/`, `deploy[3]/`, empty at the top.
    let prefix: String
    /// How the run stands for `failure()` and its like before any step of this list has run.
    let base: RunCondition
    /// Handlers go on when the run is stopped.
    let isHandler: Bool
    /// When its steps must be over, by the monotonic clock; handlers are bound by no timeout of the run.
    let deadline: Duration?
    private let variables: ValueMap
    private let outcomes = Mutex<[String: StepOutcome]>([:])
    private let spools = Mutex<[String: Spool]>([:])
    /// What `items` of its loops looks like, made when it is first asked for.
    private let itemLists = Mutex<[String: Value]>([:])

    init(
        parent: Frame? = nil, prefix: String = "", base: RunCondition = .success, isHandler: Bool? = nil,
        deadline: Duration? = nil, variables: ValueMap = ValueMap()
    ) {
        self.parent = parent
        self.prefix = prefix
        self.base = base
        self.isHandler = isHandler ?? parent?.isHandler ?? false
        let outer = isHandler == true ? nil : parent?.deadline
        self.deadline = [outer, deadline].compactMap(\.self).min()
        self.variables = variables
    }

    func record(_ outcome: StepOutcome, of id: String) {
        outcomes.withLock { $0[id] = outcome }
        if outcome.items != nil { itemLists.withLock { $0[id] = nil } }
    }

    /// Whether the step of this name, of this list or one around it, was skipped.
    func hasSkipped(_ id: String) -> Bool { outcome(of: id)?.status == .skipped }

    func outcome(of id: String) -> StepOutcome? { outcomes.withLock { $0[id] } ?? parent?.outcome(of: id) }

    /// Where the output of one of its steps goes, made when it is first asked for.
    func makeSpool(of id: String) -> Spool {
        spools.withLock { spools in
            if let spool = spools[id] { return spool }
            let spool = Spool(path: prefix + id)
            spools[id] = spool
            return spool
        }
    }

    /// Where the output of a step goes page by page; nil where it is kept whole.
    func spool(of id: String) -> Spool? {
        if let spool = spools.withLock({ $0[id] }) { return spool }
        return outcomes.withLock { $0[id] } == nil ? parent?.spool(of: id) : nil
    }

    func variable(_ name: String) -> Value? { variables[name] ?? parent?.variable(name) }

    /// The items of the loops around, and `index`.
    var variableNames: Set<String> { Set(variables.names).union(parent?.variableNames ?? []) }

    /// The value of `steps`, with no more in it than `reads` looks at.
    func steps(_ reads: Reads) -> Value {
        let ids = reads.steps ?? allNames
        var map = ValueMap(minimumCapacity: ids.count)
        for id in ids.sorted() {
            map[id] = outcome(of: id)?.asValue(items: reads.readsItems(of: id) ? items(of: id) : nil)
        }
        return .map(map)
    }

    private func items(of id: String) -> Value? {
        guard let outcome = outcomes.withLock({ $0[id] }) else { return parent?.items(of: id) }
        guard let items = outcome.items else { return nil }
        return itemLists.withLock { lists in
            if let list = lists[id] { return list }
            let list = items.asValue
            lists[id] = list
            return list
        }
    }

    private var allNames: Set<String> {
        Set(outcomes.withLock { Array($0.keys) }).union(parent?.allNames ?? [])
    }
}
