import FlowCore

/// Names that mean something without a scope: types, and `absent`.
enum Builtin {
    static let constants: [String: Value] = {
        var constants: [String: Value] = ["absent": .absent]
        for type in ValueType.allCases where type != .absent { constants[type.rawValue] = .type(type) }
        return constants
    }()
}
