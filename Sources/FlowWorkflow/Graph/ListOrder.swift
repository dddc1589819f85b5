/// What orders the steps of a list, besides their `needs`.
package enum ListOrder: Sendable, Hashable {
    /// Their place: a step without `needs` waits for all above it.
    case file
    /// Nothing: they start together.
    case parallel
    /// What they read: a step waits for those whose results its expressions name.
    case graph
}

extension Workflow {
    /// `order:` at the top.
    package enum Order: String, Sendable, CaseIterable { case file, graph }

    /// What orders the lists of this workflow.
    package func listOrder(isParallel: Bool = false) -> ListOrder {
        switch order {
        case .graph: .graph
        case .file: isParallel ? .parallel : .file
        }
    }
}
