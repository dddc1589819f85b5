import FlowCore
import FlowSpec
import FlowStore
import Synchronization

/// Nodes that do what a test says and remember that they did: `test.read`, `test.idempotent`, `test.keyed` (a write
/// with a key) and `test.write`.
final class ScriptedNodes: NodeSource {
    struct Call: Sendable {
        let node: String
        let arguments: Arguments
        let context: NodeContext
        /// From 1, of this node with these arguments.
        let count: Int

        var value: Value { arguments["value"] ?? .null }
        var text: String { value.stringValue ?? JSON.text(value) }
    }

    typealias Behaviour = @Sendable (Call) async throws -> Value

    private let behaviour: Behaviour
    private let log = Mutex<(calls: [Call], counts: [String: Int])>(([], [:]))

    /// - Parameter behaviour: gives its argument `value` back where a test says nothing.
    init(_ behaviour: @escaping Behaviour = { $0.value }) { self.behaviour = behaviour }

    var calls: [Call] { log.withLock { $0.calls } }
    /// Each call as `node value`.
    var said: [String] { calls.map { "\($0.node.dropFirst(5)) \($0.text)" } }

    let names = ["test.idempotent", "test.keyed", "test.read", "test.secretive", "test.write"]

    func node(named name: String) throws -> (any Node)? {
        guard names.contains(name) else { return nil }
        let effect: Effect =
            switch name {
            case "test.read", "test.secretive": .read
            case "test.idempotent": .idempotent
            default: .write
            }
        return ScriptedNode(
            spec: NodeSpec(
                name, summary: "Does what a test says.", effect: effect,
                parameters: [Parameter("value", .any, takesSecrets: true)],
                credentialTypes: name == "test.secretive" ? ["token"] : [],
                needsCredential: name == "test.secretive",
                keyLifetime: name == "test.keyed" ? .seconds(86400) : nil),
            source: self)
    }

    fileprivate func run(_ name: String, _ arguments: Arguments, _ context: NodeContext) async throws -> Value {
        let call = log.withLock { log in
            let count = log.counts["\(name) \(JSON.text(.map(arguments.values)))", default: 0] + 1
            log.counts["\(name) \(JSON.text(.map(arguments.values)))"] = count
            let call = Call(node: name, arguments: arguments, context: context, count: count)
            log.calls.append(call)
            return call
        }
        return try await behaviour(call)
    }
}

private struct ScriptedNode: Node {
    let spec: NodeSpec
    let source: ScriptedNodes

    /// With the value `look` even a write only reads.
    func effect(of arguments: Arguments) -> Effect { arguments["value"] == "look" ? .read : spec.effect }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        try await source.run(spec.name, arguments, context)
    }
}

/// Credentials in memory.
struct FixedCredentials: CredentialSource {
    var fields: [String: ValueMap] = [:]

    func renewed(_ refused: Credential) async throws -> Credential? { nil }

    func credential(named name: String, defaultType: CredentialType?) async throws -> Credential? {
        fields[name].map { Credential(name: name, type: "token", fields: $0) }
    }

    func names() async -> [String] { fields.keys.sorted() }
}

/// Seals by reversing; enough to see that clear text is not on disk.
struct ReversingSeal: ValueSealing {
    func seal(_ bytes: [UInt8], context: String) -> [UInt8] { Array((Array(context.utf8) + [0] + bytes).reversed()) }

    func open(_ bytes: [UInt8], context: String) throws(Failure) -> [UInt8] {
        let clear = Array(bytes.reversed())
        let head = Array(context.utf8) + [0]
        guard clear.starts(with: head) else { throw Failure(.auth, "sealed for something else") }
        return Array(clear.dropFirst(head.count))
    }
}
