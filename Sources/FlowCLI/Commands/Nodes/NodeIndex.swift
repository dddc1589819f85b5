import FlowCore
import FlowSpec

/// Looks nodes up for a person: by name with a suggestion, by group, all.
struct NodeIndex {
    private let source: any NodeSource

    init(_ source: any NodeSource) { self.source = source }

    /// The parts of names before the dot, sorted.
    var groups: [String] {
        var groups: [String] = []
        for name in source.names {
            let group = NodeIndex.group(of: name)
            if groups.last != group { groups.append(group) }
        }
        return groups
    }

    func specs(inGroup isWanted: (String) -> Bool) throws -> [NodeSpec] {
        try source.names.filter { isWanted(NodeIndex.group(of: $0)) }.compactMap { try source.node(named: $0)?.spec }
    }

    /// - Throws: an `Exit` of status `usage` where there is no such node.
    func node(_ name: String) throws -> any Node {
        if let node = try source.node(named: name) { return node }
        throw Exit.usage(
            "there is no node \"\(name)\"",
            hint: Suggestion.didYouMean(name, among: source.names)
                ?? "run \"flowctl nodes search WORD\" to find one")
    }

    private static func group(of name: String) -> String { String(name.prefix { $0 != "." }) }
}
