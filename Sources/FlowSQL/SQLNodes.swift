import FlowCore
package import FlowSpec

/// The nodes for databases that speak SQL over a network.
package struct SQLNodes: NodeSource {
    private static let makers: [String: @Sendable () -> any Node] = [:]

    package init() {}

    package func node(named name: String) -> (any Node)? { Self.makers[name]?() }

    package var names: [String] { Self.makers.keys.sorted() }
}
