import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Synchronization
import Testing

/// Connectors written into tests, and what running their operations sends.
struct TestConnector {
    let connector: Connector

    /// - Parameter operations: the operations alone, indented by two spaces.
    init(
        _ operations: String, head: String = "", source: NodeSpec.Source = .embeddedConnector
    ) throws {
        let text = "connector: acme\nbase: https://api.acme.test/v1\n\(head)\noperations:\n\(operations)\n"
        let (connector, diagnostics) = ConnectorReader.read(SourceText(name: "acme.yaml", text: text), from: source)
        guard let connector else { throw diagnostics.sorted[0] }
        self.connector = connector
    }

    static let bearer = "auth:\n  acme_token: { type: bearer }\n"
    static let token = Credential(
        name: "team", type: "acme_token", fields: ValueMap([("token", .secret("not-a-real-token"))]))

    func node(_ operation: String) throws -> ConnectorNode {
        guard let found = connector.operation(operation) else { throw Failure(.internal, "no operation \(operation)") }
        return ConnectorNode(connector, found)
    }

    /// Runs an operation against replies in order; gives its output and the requests it sent.
    func run(
        _ operation: String, _ arguments: ValueMap = ValueMap(), credential: Credential? = nil,
        files: any FileSystem = MemoryFiles(texts: [:]), effect: Effect? = nil, baseURL: String? = nil,
        isMocked: Bool = false, replies: [HTTPResponse] = [.json("{}")], checkpoints: any Checkpoints = NoCheckpoints(),
        now: Timestamp? = nil,
        renew: @escaping @Sendable (Credential) async throws -> Credential? = { _ in nil }
    ) async throws -> (output: Value, requests: [HTTPRequest]) {
        let client = ReplyingClient(replies)
        let node = try node(operation)
        var context = context(
            node, client, credential: credential, files: files, effect: effect, baseURL: baseURL,
            checkpoints: checkpoints)
        context.renew = renew
        context.isMocked = isMocked
        if let now { context.world.clock = ManualClock(start: now) }
        let output = try await node.run(node.spec.bind(arguments), in: context)
        return (output, client.requests)
    }

    /// Reads an operation's list page by page; gives the pages and the requests it sent.
    func pages(
        _ operation: String, _ arguments: ValueMap = ValueMap(), from mark: Value? = nil, replies: [HTTPResponse]
    ) async throws -> (pages: [Page], requests: [HTTPRequest]) {
        let client = ReplyingClient(replies)
        let node = try node(operation)
        let arguments = try node.spec.bind(arguments)
        try #require(node.comesInPages(arguments))
        let pages = Mutex<[Page]>([])
        try await node.pages(arguments, from: mark, in: context(node, client)) { page in
            pages.withLock { $0.append(page) }
        }
        return (pages.withLock { $0 }, client.requests)
    }

    private func context(
        _ node: ConnectorNode, _ client: ReplyingClient, credential: Credential? = nil,
        files: any FileSystem = MemoryFiles(texts: [:]), effect: Effect? = nil, baseURL: String? = nil,
        checkpoints: any Checkpoints = NoCheckpoints()
    ) -> NodeContext {
        NodeContext(
            world: .test(http: client, files: files), credential: credential, effect: effect ?? node.spec.effect,
            idempotencyKey: "key-1", workingDirectory: "/work", filesDirectory: "/run/files", baseURL: baseURL,
            checkpoints: checkpoints)
    }

    /// The failure of an operation whose only answer is `reply`.
    func failure(
        _ operation: String, _ arguments: ValueMap = ValueMap(), credential: Credential? = nil,
        effect: Effect? = nil, baseURL: String? = nil, reply: HTTPResponse = .json("{}")
    ) async -> Failure? {
        do {
            _ = try await run(
                operation, arguments, credential: credential, effect: effect, baseURL: baseURL, replies: [reply])
            return nil
        } catch {
            return Failure(error)
        }
    }
}

extension HTTPResponse {
    static func json(_ text: String, status: Int = 200, headers: [(String, String)] = []) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: HTTPHeaders([("Content-Type", "application/json")] + headers),
            body: .bytes(Array(text.utf8)))
    }
}

extension HTTPRequest {
    /// The body in memory as text.
    var text: String {
        if case .bytes(let bytes) = body { return String(decoding: bytes, as: UTF8.self) }
        return ""
    }
}

/// Gives replies one after the other and keeps the requests. One that refuses the credential is followed by a request
/// with a renewed one, as by the client of a run.
final class ReplyingClient: HTTPClient {
    private let replies: [HTTPResponse]
    private let state = Mutex<[HTTPCall]>([])

    init(_ replies: [HTTPResponse]) { self.replies = replies }

    var calls: [HTTPCall] { state.withLock { $0 } }
    var requests: [HTTPRequest] { calls.map(\.request) }

    func send(_ call: HTTPCall) async throws -> HTTPResponse {
        let index = state.withLock { calls in
            calls.append(call)
            return calls.count - 1
        }
        guard index < replies.count else { return try await UnexpectedUse().send(call) }
        var response = replies[index]
        response.url = call.request.url
        if let failure = call.classify?(response) {
            guard failure.kind == .auth, let request = try await call.renewal?(response) else { throw failure }
            var again = call
            again.request = request
            again.renewal = nil
            return try await send(again)
        }
        if case .file(let path, _, _) = call.destination {
            response.body = .file(FileReference(path: path, size: Int64(response.bytes.count)))
        }
        return response
    }
}

extension ValueMap {
    /// A map from literals, which the general initialiser can't type.
    static func of(_ pairs: [(String, Value)]) -> ValueMap { ValueMap(pairs) }
}
