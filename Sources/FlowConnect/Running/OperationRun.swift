import FlowCore
import FlowExpression
import FlowSpec

/// One use of an operation: builds, signs and sends its requests, and reads what comes back.
struct OperationRun: Sendable {
    @Indirect private(set) var connector: Connector
    @Indirect private(set) var operation: Operation
    private(set) var arguments: ValueMap
    /// The arguments before they are converted, which isn't the same each time: a mail gets an id.
    private(set) var given: ValueMap
    @Indirect private(set) var context: NodeContext
    @Indirect private(set) var access: Access
    private(set) var rendering: Rendering
    /// What the names of its results in the journal begin with; tells the parts of a batch apart.
    private(set) var prefix = ""
    /// What tells the key of a part from that of another one of its number.
    private var keyMark = ""
    let memory: ConnectorMemory
    private(set) var held: HeldCredential
    private let gap = Gap()
    private var doubt: Doubt
    /// nil where the whole counts as one write: it is one, or writes nothing that may not be repeated.
    private var writes: OpenWrites?

    var node: String { "\(connector.name).\(operation.name)" }

    /// - Parameter isPreview: nothing is sent, and what can't be known is left open.
    init(
        _ connector: Connector, _ operation: Operation, arguments: Arguments, context: NodeContext,
        memory: ConnectorMemory = ConnectorMemory(), isPreview: Bool = false
    ) throws(Failure) {
        self.memory = memory
        _connector = Indirect(wrappedValue: connector)
        _operation = Indirect(wrappedValue: operation)
        let schemes = connector.schemes(for: operation)
        let context = OperationRun.context(context, schemes)
        _context = Indirect(wrappedValue: context)
        held = HeldCredential(context.credential)
        doubt = Doubt(context.mayBeDone)
        writes = context.effect == .write && operation.hasParts ? OpenWrites() : nil
        let node = "\(connector.name).\(operation.name)"
        let access = try Access(
            connector, schemes, node: node, context: context, clocks: memory.clocks, isPreview: isPreview,
            needsCredential: operation.requests.contains(where: \.sendsCredential))
        _access = Indirect(wrappedValue: access)
        let resolved = try FileArguments(operation, node: node, context: context, isPreview: isPreview)
            .resolve(arguments.values)
        given = resolved
        self.arguments = try Conversion(context: context, isPreview: isPreview)
            .convert(resolved, of: operation, node: node)
        // A parameter that is left out is there for expressions all the same, as what is left out.
        var seen = self.arguments
        for parameter in operation.parameters where seen[parameter.name] == nil { seen[parameter.name] = .absent }
        rendering = Rendering(
            variables: ValueMap([
                ("params", .map(seen)), ("base", .string(access.site)),
                ("credential", .map(context.credential?.openFields ?? ValueMap())),
            ]), isPreview: isPreview, now: { context.world.clock.now() })
        if !context.idempotencyKey.isEmpty {
            rendering = rendering.with("step_key", .string(context.idempotencyKey))
        }
        if operation.batch != nil { rendering = rendering.with("batch", Self.batchVariables(1, offset: 0)) }
    }

    private static func batchVariables(_ number: Int, offset: Int, after previous: Value? = nil) -> Value {
        ["number": .int(Int64(number)), "offset": .int(Int64(offset)), "previous": previous ?? .absent]
    }

    /// An app that recognises nobody has no use for a credential, and no right to see it; that of a mocked app is made
    /// up here.
    private static func context(_ context: NodeContext, _ schemes: [AuthScheme]) -> NodeContext {
        var context = context
        if let scheme = schemes.first {
            if context.credential?.source == .mock { context.credential?.fields = scheme.mockFields }
        } else {
            context.credential = nil
        }
        return context
    }

    /// - Returns: the operation's output.
    func output() async throws -> Value {
        guard let batch = operation.batch, let items = arguments[batch.parameter]?.listValue else {
            return try await outputOfOne()
        }
        if hasNothingToDo { return .list([]) }
        return try await BatchRun(run: self, batch: batch, items: items).output()
    }

    /// Whether all it would send is about the items of a list that has none, which services refuse.
    var hasNothingToDo: Bool {
        guard let batch = operation.batch, batch.gives == .all, arguments[batch.parameter]?.listValue?.isEmpty == true
        else { return false }
        return operation.parameters.contains { $0.name == batch.parameter && $0.parameter.isRequired }
    }

    /// The output of a use that isn't split any further.
    func outputOfOne() async throws -> Value {
        let scope = try await lookedUp(rendering, operation.lookups)
        switch operation.work {
        case .request(let variants):
            if let poll = operation.poll { return try await output(of: variants, poll, scope) }
            return try await output(of: variants, scope)
        case .pages(let variants, let pagination):
            return try await pageReader(variants, pagination, scope).items()
        case .steps(let sequence):
            return try await StepRun(run: self, sequence: sequence).output(scope)
        }
    }

    /// The output of one request. What is awaited here holds no more than it needs, as a loop may wait for thousands.
    private func output(of variants: Variants, _ scope: Rendering) async throws -> Value {
        let (_, decoded) = try await exchange(try chosen(variants, scope), scope)
        return try finish(operation.output, decoded, scope)
    }

    /// The output of a job that a request begins.
    private func output(of variants: Variants, _ poll: Poll, _ scope: Rendering) async throws -> Value {
        let template = try chosen(variants, scope)
        let round = try await round()
        let first = try await kept("first", of: template) {
            try await exchange(template, scope, keySuffix: Self.keySuffix(round: round)).decoded.asValue
        }
        let wait = JobWait(run: self, poll: poll) {
            try await keep(round: round + 1)
            try await forget("first")
        }
        let last = try await wait.result(scope, after: first)
        return try finish(scope.with("first", first).with(result: last), body: last["body"] ?? .null)
    }

    /// Gives the output page by page, where it comes so.
    func forEachPage(from mark: Value?, _ take: (Page) async throws -> Void) async throws {
        guard case .pages(let variants, let pagination) = operation.work else {
            return try await take(Page([try await output()]))
        }
        let scope = try await lookedUp(rendering, operation.lookups)
        try await pageReader(variants, pagination, scope).forEachPage(from: mark, take)
    }

    func pageReader(
        _ variants: Variants, _ pagination: Pagination, _ scope: Rendering
    ) throws(Failure) -> PageReader {
        PageReader(run: self, template: try chosen(variants, scope), pagination: pagination, scope: scope)
    }

    /// One part of a batch.
    ///
    /// - Parameters:
    ///   - number: counts from 1.
    ///   - offset: of the first of its items.
    ///   - previous: the output of the part before.
    func part(
        _ number: Int, of batch: Batch, _ items: [Value], offset: Int, after previous: Value? = nil
    ) -> OperationRun {
        var part = self
        part.arguments[batch.parameter] = .list(items)
        part.given[batch.parameter] = .list(items)
        if case .map(var params)? = rendering.variables["params"] {
            params[batch.parameter] = .list(items)
            part.rendering = rendering.with("params", .map(params))
        }
        part.rendering = part.rendering.with("batch", Self.batchVariables(number, offset: offset, after: previous))
        if number > 1 { part.prefix = "batch.\(number)." }
        // Where the parts before it were of another size, a service may know a key of this number for other items.
        if offset != (number - 1) * batch.size { part.keyMark = "-\(offset)-\(items.count)" }
        return part
    }

    // MARK: Results in the journal

    /// What the journal has under a name of what a request gave; else what `make` gives, which is kept before it is
    /// used.
    private func kept(
        _ name: String, of template: RequestTemplate, make: () async throws -> Value
    ) async throws -> Value {
        if let saved = try await recalled(name, of: template) { return saved }
        let made = try await make()
        try await keepResult(name, made, of: template)
        return made
    }

    /// Keeps what the last request gave: where that was a write, the run may be cut off from then on.
    func keepResult(_ name: String, _ value: Value, of template: RequestTemplate) async throws {
        try await keep(name, value, of: template)
        if !gap.isThere { writes?.noteKept() }
    }

    /// Has the journal know, before a pause or a request that writes nothing, that the run may be cut off, where it may.
    func rest() async throws {
        if let writes, writes.rest() { try await context.checkpoints.noteWrite(isOpen: false) }
    }

    /// nil where nothing is kept under the name.
    func recalled(_ name: String) async throws -> Value? {
        guard let saved = try await context.checkpoints.load(prefix + name), !saved.isNull else { return nil }
        return saved
    }

    /// Keeps nothing more once something could not be kept: a resumed run goes on with all that led to a result, or
    /// begins anew.
    func keep(_ name: String, _ value: Value) async throws {
        guard !gap.isThere else { return }
        if try await !context.checkpoints.save(prefix + name, value) { gap.note() }
    }

    func forget(_ name: String) async throws { _ = try await context.checkpoints.save(prefix + name, .null) }

    // MARK: Beginning anew

    /// How often results were taken back, so that the work begins anew. It has other keys then: to an old one a service
    /// gives the old answer.
    func round() async throws -> Int {
        guard sendsKeys else { return 0 }
        return Int(clamping: try await recalled("round")?.intValue ?? 0)
    }

    func keep(round: Int) async throws {
        if sendsKeys { try await keep("round", .int(Int64(round))) }
    }

    static func keySuffix(round: Int) -> String { round > 0 ? "-\(round)" : "" }

    private var sendsKeys: Bool { operation.requests.contains(where: hasKey) }

    // MARK: Conditions

    /// - Parameters:
    ///   - key: what the file calls the condition.
    ///   - unknown: what counts in a preview, where it can't be told yet.
    /// - Throws: a failure where it can't be told, or is neither true nor false.
    func holds(
        _ condition: Expression, _ key: String, _ scope: Rendering, unknown: Bool = false
    ) throws(Failure) -> Bool {
        do throws(Failure) {
            return try scope.holds(condition, unknown: unknown)
        } catch {
            var failure = error
            failure.message = "\(node): \"\(key)\" can't be told: \(error.message)"
            throw failure
        }
    }

    // MARK: Lookups

    /// At the base that is known only after something was asked for.
    func located() async throws -> OperationRun {
        let lookups = access.lookupsOfBase
        guard !lookups.isEmpty else { return self }
        var copy = self
        copy.access = try access.located(try await lookedUp(rendering, lookups))
        copy.rendering = rendering.with("base", .string(copy.access.site))
        return copy
    }

    /// With the values that the operation looks up.
    private func lookedUp(_ scope: Rendering, _ lookups: [Lookup]) async throws -> Rendering {
        guard !lookups.isEmpty else { return scope }
        var values = ValueMap()
        for lookup in lookups {
            let current = scope.with("resolved", .map(values))
            values[lookup.name] = try await LookupRun(run: self, lookup: lookup).value(current)
        }
        return scope.with("resolved", .map(values))
    }

    /// - Parameter body: the output where the operation doesn't say another.
    func finish(_ scope: Rendering, body: Value) throws(Failure) -> Value {
        try finish(operation.output, scope, body: body)
    }

    func finish(_ output: ValueTemplate?, _ scope: Rendering, body: Value) throws(Failure) -> Value {
        guard let template = output else { return body }
        do throws(Failure) {
            return try scope.value(template)
        } catch {
            throw Failure(
                .protocolError, "\(node): the answer lacks what the output is made of: \(error.message)",
                hint: error.hint, underlying: error.message)
        }
    }

    /// What is made of an answer; null where that one says only that the work is done, and lacks what the output is
    /// made of.
    func finish(_ output: ValueTemplate?, _ answer: DecodedResponse, _ scope: Rendering) throws(Failure) -> Value {
        do throws(Failure) {
            return try finish(output, scope.with(answer), body: answer.body)
        } catch {
            guard answer.meansDone else { throw error }
            return .null
        }
    }

    // MARK: One request

    /// Sends a request and waits for a response that is a success.
    ///
    /// - Parameters:
    ///   - isSentOnce: whether it is sent once only, however often the step says and whatever its effect.
    ///   - change: what is different about it each time, such as the page it asks for.
    func exchange(
        _ template: RequestTemplate, _ scope: Rendering, keySuffix: String = "", isSentOnce: Bool = false,
        change: @escaping @Sendable (inout RequestBuilder.Draft) -> Void = { _ in }
    ) async throws -> (response: HTTPResponse, decoded: DecodedResponse) {
        if let presign = template.presign { return try presigned(template, presign, scope) }
        if template.sendsCredential { try await obtainToken() }
        return try await send(template, scope, isSentOnce: isSentOnce) {
            try request(template, scope, keySuffix: keySuffix, change: change)
        }
    }

    /// The request without a signature, as what tells it from others.
    func unsigned(_ template: RequestTemplate, _ scope: Rendering) throws(Failure) -> HTTPRequest {
        var template = template
        template.sendsCredential = false
        return try request(template, scope)
    }

    /// The request as it goes out, signed where the template doesn't say `auth: none`.
    func request(
        _ template: RequestTemplate, _ scope: Rendering, keySuffix: String = "",
        change: (inout RequestBuilder.Draft) -> Void = { _ in }
    ) throws(Failure) -> HTTPRequest {
        let credential = held.current
        var draft = try draft(template, scope)
        change(&draft)
        if let idempotency = template.idempotency, !context.idempotencyKey.isEmpty {
            let part = prefix.isEmpty ? "" : "-" + prefix.dropLast()
            draft.headers[idempotency.header] = context.idempotencyKey + part + keyMark + keySuffix
        }
        let random = context.world.random
        var request = try draft.request(
            isPreview: scope.isPreview,
            boundary: scope.isPreview ? "boundary" : "flowctl-" + Hexadecimal.encode(random.bytes(12)))
        // A dry run reads no file, which an earlier step may have to make.
        if template.sendsDigest, !scope.isPreview || !request.body.isInFile {
            request.headers["Content-MD5"] = try BodyDigest.md5(request.body, context.world.files)
        }
        if context.isMocked { request.url = try access.mocked(request.url) }
        if !scope.isPreview { try context.requireLent(request.url, given: self.arguments) }
        if template.sendsCredential { try access.with(credential).sign(&request, isPreview: scope.isPreview) }
        return request
    }

    /// The request before it is signed.
    func draft(_ template: RequestTemplate, _ scope: Rendering) throws(Failure) -> RequestBuilder.Draft {
        try RequestBuilder(
            node: node, base: access.root(template.host), connector: connector, arguments: arguments,
            rendering: scope.with("credential", .map(held.current?.openFields ?? ValueMap()))
        ).draft(template)
    }

    /// - Parameter make: makes the request, signed at the time.
    private func send(
        _ template: RequestTemplate, _ scope: Rendering, isSentOnce: Bool,
        make: @escaping @Sendable () throws -> HTTPRequest
    ) async throws -> (response: HTTPResponse, decoded: DecodedResponse) {
        let judge = judge(template, scope)
        if writes != nil { try await announce(template) }
        let response = try await context.world.http.send(
            try call(template, scope, isSentOnce: isSentOnce, judge: judge, make: make))
        writes?.noteAnswer(toWrite: effect(of: template) == .write)
        // What an earlier process was cut off in is this; what follows it has not been sent before.
        if effect(of: template) != .read { doubt.end() }
        // What a mock gives is no secret: nobody gave it out, and there may be no vault to seal it with.
        return (response, judge.result(of: response, hiding: context.isMocked ? [] : template.secretParts))
    }

    /// Has the journal know what may be under way once the request is sent.
    private func announce(_ template: RequestTemplate) async throws {
        guard let writes, effect(of: template) == .write else { return try await rest() }
        if writes.begin() { try await context.checkpoints.noteWrite(isOpen: true) }
    }

    /// What is not cut is masked where it is shown.
    func judge(_ template: RequestTemplate, _ scope: Rendering) -> Judge {
        Judge(
            rules: rules(template), isOwn: connector.source != .embeddedConnector, template: template,
            usualDecoding: connector.defaults.decode,
            effect: effect(of: template), hasKey: hasKey(template), rendering: scope, files: context.world.files,
            mask: { [context] in $0.utf8.count > ServiceText.longestLine ? context.masked($0) : $0 })
    }

    private func effect(of template: RequestTemplate) -> Effect {
        template.effect ?? (template.isRead ? .read : context.effect)
    }

    private func hasKey(_ template: RequestTemplate) -> Bool {
        template.idempotency != nil && !context.idempotencyKey.isEmpty
    }

    private func call(
        _ template: RequestTemplate, _ scope: Rendering, isSentOnce: Bool, judge: Judge,
        make: @escaping @Sendable () throws -> HTTPRequest
    ) throws -> HTTPCall {
        let effect = effect(of: template)
        let hasKey = hasKey(template)
        var call = HTTPCall(try make(), effect: effect, retry: isSentOnce ? .none : context.retry)
        call.isSentOnce = isSentOnce
        call.route = try HTTPRoute(context.credential, isToItsServer: template.sendsCredential)
        call.timeouts.total = context.timeout
        call.timeouts.answer = try context.timeout ?? answerTime(template, scope)
        call.hasIdempotencyKey = hasKey
        call.classify = { judge.failure(of: $0) }
        call.secretParts = template.secretParts
        if !template.doneSigns.isEmpty { call.meansDone = { judge.meansDone($0) } }
        call.mayBeDone = effect != .read && doubt.isThere
        call.log = context.log
        call.credential = template.sendsCredential ? context.credential : nil
        call.limit = try requestLimit()
        call.deadline = context.deadline
        call.usesCache = context.usesCache
        call.pause = context.pause
        // An example may name an address of the app, which is not the mock's.
        if context.isMocked { call.maximumRedirects = 0 }
        if template.sendsCredential {
            call.renewal = { try await renewed(after: $0) ? make() : nil }
            if access.scheme?.hasTimedSignature == true { call.remake = make }
        }
        if let save = template.save {
            let name = try template.saveName.flatMap { template throws(Failure) in try scope.text(template) }
            let path = try SavePath(context: context).path(try scope.text(save), url: call.request.url, name: name)
            call.destination = .file(path: path)
            call.asksForPart = try template.asksForPart.map { try holds($0, "part", scope) } ?? false
        }
        return call
    }

    private func answerTime(_ template: RequestTemplate, _ scope: Rendering) throws(Failure) -> Duration? {
        guard let wanted = template.answerWithin, let seconds = try scope.value(wanted).intValue else { return nil }
        let bounds = RequestTemplate.answerSeconds
        return .seconds(min(max(seconds, bounds.lowerBound), bounds.upperBound))
    }

    // MARK: Tokens

    /// The same with a token in place of the one the credential has.
    func with(token: Value) -> OperationRun {
        var copy = self
        var credential = context.credential
        credential?.fields[AssertionScheme.tokenField] = token
        copy.held = HeldCredential(credential)
        // What a token is asked for with says nothing of the work.
        copy.doubt = Doubt(false)
        copy.writes = nil
        return copy
    }

    /// Gets the token that stands for a credential that is only a key.
    private func obtainToken() async throws {
        guard case .assertion(let scheme)? = access.scheme?.signer, held.lacksToken(at: context.world.clock.now())
        else { return }
        held.hold(try await AssertionExchange(run: self, scheme: scheme).token())
    }

    /// Whether the request may be signed anew in another way than the one that was refused.
    private func renewed(after refusal: HTTPResponse) async throws -> Bool {
        if access.learnsTime(from: refusal) { return true }
        guard case .assertion(let scheme)? = access.scheme?.signer else { return try await held.renew(in: context) }
        guard let refused = held.exchanged else { return false }
        held.hold(try await AssertionExchange(run: self, scheme: scheme).token(insteadOf: refused))
        return true
    }

    private func requestLimit() throws(Failure) -> RequestLimit? {
        guard let limit = operation.limit else { return nil }
        let key = try limit.key.map { template throws(Failure) in try rendering.value(template) }
        return RequestLimit(
            limit.operation.map { "\(connector.name).\($0)" } ?? connector.name, count: limit.count,
            per: limit.interval, key: key.map { $0.containsSecret ? Masker.replacement : WireText.of($0) })
    }

    func rules(_ template: RequestTemplate) -> ErrorRules {
        switch template.judgement {
        case .connector: connector.errors
        case .status: .none
        case .rules(let rules): rules
        }
    }
}
