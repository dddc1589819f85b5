package import FlowCore

/// What the expressions in an argument may give, where the rest of it is a language of its own that only the file may
/// speak.
package struct ComputedRule: Sendable, Hashable {
    private let name: String
    /// - Parameters:
    ///   - value: what an expression gave.
    ///   - keys: where it stands, from the parameter's name on; `[]` is an item of a list.
    /// - Returns: why it can't be used; nil where it can.
    package let objection: @Sendable (_ value: Value, _ keys: [String]) -> Failure?

    /// - Parameter name: tells rules apart.
    package init(_ name: String, objection: @escaping @Sendable (_ value: Value, _ keys: [String]) -> Failure?) {
        self.name = name
        self.objection = objection
    }

    package static func == (left: ComputedRule, right: ComputedRule) -> Bool { left.name == right.name }
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
