import FlowCore
package import FlowSpec

/// The nodes for MongoDB.
package struct MongoNodes: NodeSource {
    private static let makers: [String: @Sendable () -> any Node] = [:]

    package init() {}

    package func node(named name: String) -> (any Node)? { Self.makers[name]?() }

    package var names: [String] { Self.makers.keys.sorted() }
}
