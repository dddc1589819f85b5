import FlowCore
import FlowExpression
import FlowSpec

/// One use of an operation: builds, signs and sends its requests, and reads what comes back.
struct OperationRun: Sendable {
    let connector: Connector
    let operation: Operation
    let arguments: ValueMap
    let context: NodeContext
    let access: Access
    let rendering: Rendering
    private let held: HeldCredential

    var node: String { "\(connector.name).\(operation.name)" }

    /// - Parameter isPreview: nothing is sent, and what can't be known is left open.
    init(
        _ connector: Connector, _ operation: Operation, arguments: Arguments, context: NodeContext,
        isPreview: Bool = false
    ) throws(Failure) {
        self.connector = connector
        self.operation = operation
        let context = OperationRun.context(context, for: connector)
        self.context = context
        held = HeldCredential(context.credential)
        let node = "\(connector.name).\(operation.name)"
        access = try Access(
            connector, node: node, context: context, isPreview: isPreview,
            needsCredential: operation.requests.contains(where: \.sendsCredential))
        let resolved = try FileArguments(operation, node: node, context: context, isPreview: isPreview)
            .resolve(arguments.values)
        if !isPreview {
            for parameter in operation.parameters {
                if let argument = resolved[parameter.name] { try parameter.check(argument, node: node) }
            }
        }
        self.arguments = try Conversion(context: context, isPreview: isPreview)
            .convert(resolved, of: operation, node: node)
        // A parameter that is left out is there for expressions all the same, as what is left out.
        var seen = self.arguments
        for parameter in operation.parameters where seen[parameter.name] == nil { seen[parameter.name] = .absent }
        rendering = Rendering(
            variables: ValueMap([
                ("params", .map(seen)), ("credential", .map(context.credential?.openFields ?? ValueMap())),
            ]), isPreview: isPreview, now: { context.world.clock.now() })
    }

    /// An app that recognises nobody has no use for a credential, and no right to see it.
    private static func context(_ context: NodeContext, for connector: Connector) -> NodeContext {
        guard connector.auth.isEmpty else { return context }
        var context = context
        context.credential = nil
        return context
    }

    /// - Returns: the operation's output.
    func output() async throws -> Value {
        switch operation.work {
        case .request(let template):
            let (_, decoded) = try await exchange(template, rendering)
            return try finish(rendering.with(decoded), body: decoded.body)
        case .pages(let template, let pagination):
            return try await PageReader(run: self, template: template, pagination: pagination).items()
        case .steps(let steps):
            return try await follow(steps)
        }
    }

    /// Gives the output page by page, where it comes so.
    func forEachPage(from mark: Value?, _ take: (Page) async throws -> Void) async throws {
        guard case .pages(let template, let pagination) = operation.work else {
            return try await take(Page([try await output()]))
        }
        try await PageReader(run: self, template: template, pagination: pagination).forEachPage(from: mark, take)
    }

    /// Sends one request after the other; a resumed run takes what the journal has of the earlier ones.
    private func follow(_ steps: [(name: String, request: RequestTemplate)]) async throws -> Value {
        var results = ValueMap()
        var body = Value.null
        for (name, template) in steps {
            let checkpoint = "steps.\(name)"
            let scope = rendering.with("steps", .map(results))
            let result: Value
            if let saved = try await context.checkpoints.load(checkpoint) {
                result = saved
            } else {
                let (_, decoded) = try await exchange(template, scope, keySuffix: "-\(name)")
                result = decoded.asValue
                try await context.checkpoints.save(checkpoint, result)
            }
            results[name] = result
            body = result["body"] ?? .null
        }
        return try finish(rendering.with("steps", .map(results)), body: body)
    }

    /// - Parameter body: the output where the operation doesn't say another.
    private func finish(_ scope: Rendering, body: Value) throws(Failure) -> Value {
        guard let template = operation.output else { return body }
        do throws(Failure) {
            return try scope.value(template)
        } catch {
            throw Failure(
                .protocolError, "\(node): the answer lacks what the output is made of: \(error.message)",
                hint: error.hint, underlying: error.message)
        }
    }

    // MARK: One request

    /// Sends a request and waits for a response that is a success.
    ///
    /// - Parameter change: what is different about it each time, such as the page it asks for.
    func exchange(
        _ template: RequestTemplate, _ scope: Rendering, keySuffix: String = "",
        change: @escaping @Sendable (inout RequestBuilder.Draft) -> Void = { _ in }
    ) async throws -> (response: HTTPResponse, decoded: DecodedResponse) {
        let request = try request(template, scope, keySuffix: keySuffix, change: change)
        return try await send(request, template, scope) {
            guard template.sendsCredential, try await held.renew(in: context) else { return nil }
            return try self.request(template, scope, keySuffix: keySuffix, change: change)
        }
    }

    /// The request as it goes out, signed where the template doesn't say `auth: none`.
    func request(
        _ template: RequestTemplate, _ scope: Rendering, keySuffix: String = "",
        change: (inout RequestBuilder.Draft) -> Void = { _ in }
    ) throws(Failure) -> HTTPRequest {
        let credential = held.current
        let builder = RequestBuilder(
            node: node, base: access.base, connector: connector, arguments: arguments,
            rendering: scope.with("credential", .map(credential?.openFields ?? ValueMap())))
        var draft = try builder.draft(template)
        change(&draft)
        if let idempotency = template.idempotency, !context.idempotencyKey.isEmpty {
            draft.headers[idempotency.header] = context.idempotencyKey + keySuffix
        }
        let random = context.world.random
        var request = try draft.request(
            isPreview: scope.isPreview,
            boundary: scope.isPreview ? "boundary" : "flowctl-" + Hexadecimal.encode(random.bytes(12)))
        if !scope.isPreview { try context.requireLent(request.url, given: self.arguments) }
        if template.sendsCredential { try access.with(credential).sign(&request, isPreview: scope.isPreview) }
        return request
    }

    private func send(
        _ request: HTTPRequest, _ template: RequestTemplate, _ scope: Rendering,
        renewal: @escaping @Sendable () async throws -> HTTPRequest?
    ) async throws -> (response: HTTPResponse, decoded: DecodedResponse) {
        let effect = template.effect ?? (template.isRead ? .read : context.effect)
        let hasKey = template.idempotency != nil && !context.idempotencyKey.isEmpty
        let judge = Judge(
            rules: rules(template), accepted: template.accepted,
            decoding: template.decoding ?? connector.defaults.decode, effect: effect, hasKey: hasKey, rendering: scope,
            files: context.world.files)
        var call = HTTPCall(request, effect: effect, retry: context.retry)
        call.route = try HTTPRoute(context.credential, isToItsServer: template.sendsCredential)
        call.timeouts.total = context.timeout
        call.hasIdempotencyKey = hasKey
        call.classify = { judge.failure(of: $0) }
        call.log = context.log
        call.credential = template.sendsCredential ? context.credential : nil
        call.limit = try requestLimit()
        call.deadline = context.deadline
        call.usesCache = context.usesCache
        call.renewal = renewal
        if let save = template.save {
            call.destination = .file(path: try SavePath(context: context).path(try scope.text(save), url: request.url))
        }
        let response = try await context.world.http.send(call)
        var decoded = judge.decode(response)
        // The HTTP layer takes "not there" for done where it repeats a deletion; that answer's body says otherwise.
        let isSuccess = (200..<300).contains(response.status) || template.accepted.contains(response.status)
        if !isSuccess { decoded.body = .null }
        return (response, decoded)
    }

    private func requestLimit() throws(Failure) -> RequestLimit? {
        guard let limit = operation.limit else { return nil }
        let key = try limit.key.map { template throws(Failure) in try rendering.value(template) }
        return RequestLimit(
            limit.operation.map { "\(connector.name).\($0)" } ?? connector.name, count: limit.count,
            per: limit.interval, key: key.map { $0.containsSecret ? Masker.replacement : WireText.of($0) })
    }

    private func rules(_ template: RequestTemplate) -> ErrorRules {
        switch template.judgement {
        case .connector: connector.errors
        case .status: .none
        case .rules(let rules): rules
        }
    }
}
