package import FlowCore
package import FlowSpec
import Synchronization

/// Runs conversation cases in one process: no server, no clock, no file on disk.
package struct ConversationRunner {
    private let nodes: any NodeSource
    private let credential: @Sendable (NodeSpec) -> Credential?

    /// - Parameter credential: what a node gets where a case says nothing.
    package init(nodes: any NodeSource, credential: @escaping @Sendable (NodeSpec) -> Credential?) {
        self.nodes = nodes
        self.credential = credential
    }

    /// - Returns: everything that was not as the case says; empty where all was.
    package func complaints(_ conversation: ConversationCase) async -> [String] {
        await complaints(conversation, ConversationClient(conversation))
    }

    /// The requests that a case leads to.
    package func requests(_ conversation: ConversationCase) async -> [HTTPRequest] {
        let client = ConversationClient(conversation)
        _ = await complaints(conversation, client)
        return client.requests
    }

    private func complaints(_ conversation: ConversationCase, _ client: ConversationClient) async -> [String] {
        var complaints: [String] = []
        do {
            guard let node = try nodes.node(named: conversation.node) else {
                return ["there is no node \(conversation.node)"]
            }
            let arguments = try node.spec.bind(conversation.arguments)
            var context = NodeContext(
                world: .test(http: client, files: client.files),
                credential: conversation.credential
                    ?? credential(node.spec), effect: node.effect(of: arguments),
                retry: RetryPolicy(max: conversation.retries),
                idempotencyKey: "run1-step1", workingDirectory: "/work", filesDirectory: "/run/files",
                baseURL: conversation.baseURL, checkpoints: KeptCheckpoints(conversation.done))
            context.mayBeDone = conversation.isRepeated
            let output = try await node.run(arguments, in: context)
            complaints += compare(output: output, conversation.outcome)
        } catch let diagnostic as Diagnostic {
            complaints.append(diagnostic.rendered)
        } catch {
            complaints += compare(failure: Failure(error), conversation.outcome)
        }
        complaints += client.complaints
        let left = client.unsent
        if left > 0 { complaints.append("\(left) of the expected requests were not sent") }
        for (path, text) in conversation.saved where client.files.text(path) != text {
            complaints.append("\(path) is \(client.files.text(path).map(JSON.quoted) ?? "missing")")
        }
        return complaints
    }

    private func compare(output: Value, _ outcome: ConversationCase.Outcome) -> [String] {
        let found = (try? JSON.parse(JSON.bytes(output))) ?? .null
        switch outcome {
        case .output(let expected) where expected == found: return []
        case .output(let expected): return ["expected the output \(JSON.text(expected)), got \(JSON.text(found))"]
        case .failure: return ["expected a failure, got the output \(JSON.text(found))"]
        }
    }

    private func compare(failure: Failure, _ outcome: ConversationCase.Outcome) -> [String] {
        guard case .failure(let expected) = outcome else {
            return ["unexpected failure of kind \(failure.kind.rawValue): \(failure)"]
        }
        var found = failure.asValue.mapValue ?? ValueMap()
        found["retry_after"] = failure.retryAfter.map { .string($0.celText) } ?? .null
        return expected.compactMap { key, value in
            let seen = found[key.text] ?? .null
            return seen == value ? nil : "expected \(key.text) \(JSON.text(value)), got \(JSON.text(seen))"
        }
    }
}
