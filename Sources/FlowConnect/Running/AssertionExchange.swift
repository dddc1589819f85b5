import FlowCore
import FlowExpression
import FlowOAuth
import FlowSpec

/// Gets the token that requests of an operation carry, where its credential is a key that only signs for one.
struct AssertionExchange {
    let run: OperationRun
    let scheme: AssertionScheme

    /// Clocks differ, and claims that were signed in the future are refused.
    private static let allowance: Int64 = 60

    /// The token that was obtained before, as long as it is good; else a new one.
    ///
    /// - Parameter refused: a token that is not to be had again.
    func token(insteadOf refused: Value? = nil) async throws -> ConnectorMemory.Token {
        let clock = run.context.world.clock
        let question = ConnectorMemory.Question(
            request: try run.unsigned(scheme.request, run.rendering), credential: run.context.credential?.fields)
        // The same key may sign other claims elsewhere, as for other rights.
        let claims = scheme.claims.flatMap(\.value.expressions)
        let search = ConnectorMemory.Search(
            question: question, place: scheme.token.span, seen: run.rendering.values(readBy: claims))
        if let refused { await run.memory.tokens.forget(search) { $0.value == refused } }
        return try await run.memory.tokens.answer(
            to: search, isGood: { token in token.due.map { clock.now() < $0 } ?? true }, ask: obtain)
    }

    @Sendable private func obtain() async throws -> ConnectorMemory.Token {
        let asking = run.with(token: .secret(.string(try assertion())))
        let (_, decoded) = try await asking.exchange(scheme.request, run.rendering)
        let scope = run.rendering.with(decoded)
        guard let text = try scope.value(scheme.token).stringValue, !text.isEmpty else {
            throw Failure(.protocolError, "\(run.node): the answer to the signed claims has no token")
        }
        let token = Value.secret(.string(text))
        run.context.conceal(token)
        let end = try scheme.expires.map { template throws(Failure) in try scope.value(template) }
        let expires: Timestamp? =
            if case .timestamp(let time)? = end { time } else { end?.stringValue.flatMap { Timestamp(rfc3339: $0) } }
        let tokens = OAuthTokens(access: text, expiresAt: expires)
        return ConnectorMemory.Token(value: token, due: tokens.renewalDue)
    }

    private func assertion() throws(Failure) -> String {
        guard let pem = run.context.credential?.fields[scheme.key]?.stringValue, !pem.isEmpty else {
            let credential = run.context.credential
            throw Failure(
                .auth, "\(credential.map(String.init(describing:)) ?? "the credential") has no \"\(scheme.key)\"",
                hint: credential?.remedy(forField: scheme.key))
        }
        var claims = ValueMap()
        for (name, template) in scheme.claims { claims[name] = try run.rendering.value(template) }
        let now = run.context.world.clock.now().seconds - Self.allowance
        claims["iat"] = .int(now)
        claims["exp"] = .int(now + scheme.lifetime.components.seconds)
        return try AssertionKey(pem: pem).signed(claims)
    }
}
