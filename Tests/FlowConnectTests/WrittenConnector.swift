import FlowConnect
import FlowCore
import FlowTestKit
import FlowYAML
import Testing

/// A connector file as it is written, beside the conversations there are for it.
struct WrittenConnector: CustomTestStringConvertible, Sendable {
    struct Operation {
        let name: String
        let text: Value

        func has(_ key: String) -> Bool { text[key] != nil }
    }

    /// What an app says no with, and the operations that go by it.
    struct ErrorRules {
        let rules: Value
        /// nil is all of the app's.
        var operations: Set<String>?
    }

    let name: String
    private let text: Value

    static let all: [WrittenConnector] = EmbeddedCatalog.connectors.map { file in
        var diagnostics = Diagnostics()
        let root = YAML.read(SourceText(name: file.path, bytes: file.bytes), diagnostics: &diagnostics)
        return WrittenConnector(name: file.name, text: root?.value ?? .null)
    }

    var testDescription: String { name }

    var operations: [Operation] {
        (text["operations"]?.mapValue ?? ValueMap()).map { Operation(name: $0.key.text, text: $0.value) }
    }

    /// Its own, and those that operations have in place of them; equal ones count once.
    var errorRules: [ErrorRules] {
        var all = [text["errors"]].compactMap(\.self).map { ErrorRules(rules: $0) }
        for operation in operations {
            for rules in Self.rules(in: operation.text) {
                if let index = all.firstIndex(where: { $0.operations != nil && $0.rules == rules }) {
                    all[index].operations?.insert(operation.name)
                } else {
                    all.append(ErrorRules(rules: rules, operations: [operation.name]))
                }
            }
        }
        return all
    }

    private static func rules(in value: Value) -> [Value] {
        if let items = value.listValue { return items.flatMap(rules) }
        return (value.mapValue ?? ValueMap()).flatMap { key, member -> [Value] in
            switch key.text {
            case "example", "examples", "params": []
            case "errors": member.mapValue == nil ? [] : [member]
            default: rules(in: member)
            }
        }
    }

    // MARK: Conversations

    private static let conversations = Dictionary(
        grouping: ConversationTests.cases.compactMap { try? ConversationTests.read($0) }, by: \.node)

    /// - Parameter operations: nil is all.
    func conversations(of operations: Set<String>? = nil) -> [ConversationCase] {
        Self.conversations.filter { node, _ in
            guard node.hasPrefix(name + ".") else { return false }
            return operations?.contains(String(node.dropFirst(name.count + 1))) ?? true
        }.flatMap(\.value)
    }
}
