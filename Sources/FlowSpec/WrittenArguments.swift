package import FlowCore

/// The arguments of a step as far as its file tells them before anything is computed.
package struct WrittenArguments: Sendable {
    package enum Argument: Sendable {
        /// Left out, or null.
        case missing
        case written(Value)
        /// Known only when the step runs; may turn out to be left out.
        case computed
    }

    private var arguments: [String: Argument] = [:]

    package init() {}

    package subscript(name: String) -> Argument {
        get { arguments[name] ?? .missing }
        set { arguments[name] = newValue }
    }

    /// The text that is written there; nil where there is none, or it is computed.
    package func text(_ name: String) -> String? {
        if case .written(let value) = self[name] { return value.stringValue }
        return nil
    }

    package func isMissing(_ name: String) -> Bool {
        if case .missing = self[name] { return true }
        return false
    }

    /// The type of an output that goes to a file where the argument `name` says which.
    package func type(_ type: StaticType, orFileWith name: String) -> StaticType {
        switch self[name] {
        case .missing: type
        case .written: .file
        case .computed: type.joined(with: .file)
        }
    }
}
