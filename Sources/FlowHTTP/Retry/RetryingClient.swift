package import FlowCore
package import FlowSpec

/// Repeats what may be repeated: by the call's retry policy, its effect, and what the server asks.
///
/// Gives each answer to the call's `classify`; the failure it finds there, or that of the transport, decides.
/// ``RetryPolicy/allows(_:effect:hasIdempotencyKey:)`` says which may be repeated, ``RetryBudget`` bounds how many are,
/// and ``TrafficControl`` says when each try may be sent.
package struct RetryingClient: HTTPClient {
    private let transport: any HTTPClient
    private let traffic: TrafficControl?
    private let clock: any WallClock
    private let random: any RandomSource
    private let budget: RetryBudget
    private let patience: Duration

    /// - Parameters:
    ///   - traffic: limits and breakers; nil sends at once.
    ///   - budget: bounds the retries of all calls of this client.
    ///   - patience: all attempts and pauses of one call; no pause is begun that would pass it. Time in line for a limit
    ///     doesn't count, nor do attempts that move a file.
    package init(
        _ transport: any HTTPClient, traffic: TrafficControl? = nil, clock: any WallClock, random: any RandomSource,
        budget: RetryBudget = RetryBudget(), patience: Duration = .seconds(15 * 60)
    ) {
        self.transport = transport
        self.traffic = traffic
        self.clock = clock
        self.random = random
        self.budget = budget
        self.patience = patience
    }

    package func send(_ call: HTTPCall) async throws -> HTTPResponse {
        budget.earn()
        var latest = clock.monotonic() + patience
        if let deadline = call.deadline { latest = min(latest, deadline) }
        let attempt = await attempt(call, latest)
        guard case .succeeded(let response) = attempt.outcome else {
            return try await send(call, after: attempt, latest)
        }
        call.log.attempt(record(of: attempt, 1, call))
        return response
    }

    package func finish() async { await traffic?.finish() }

    /// Goes on after a first try that failed. Apart from ``send(_:)``, so that what succeeds at once needs no room for it.
    @inline(never)
    private func send(_ call: HTTPCall, after first: Attempt, _ latest: Duration) async throws -> HTTPResponse {
        var call = call
        var attempt = first
        var number = 1
        var wasOutcomeUnknown = call.mayBeDone
        // Of an earlier process the journal knows that itself.
        var wasWriteLost = false
        var latest = latest
        while true {
            // What took its time for good reason leaves as much of it for tries as there was.
            latest += attempt.timeWellSpent
            if let deadline = call.deadline { latest = min(latest, deadline) }
            if attempt.response?.wasSentAgain == true {
                wasOutcomeUnknown = true
                wasWriteLost = call.effect == .write
            }
            var record = record(of: attempt, number, call)
            var failure: Failure
            switch attempt.outcome {
            case .succeeded(let response):
                call.log.attempt(record)
                return response
            case .failed(_, var response?) where wasOutcomeUnknown && call.isDone(by: response):
                // An earlier try has done the work.
                record.failure = nil
                call.log.attempt(record)
                response.meansDone = true
                return response
            case .failed(let found, _), .heldBack(let found, _): failure = found
            }
            // What an earlier try has sent may have happened.
            if wasOutcomeUnknown { failure.nothingSent = false }
            if wasWriteLost { failure.mayBeDone = true }
            record.command = CurlCommand(call, wasRedirected: call.wasRedirected(attempt))
            do {
                if let renewed = try await renewed(call, after: attempt) {
                    record.renewsToken = true
                    call.log.attempt(record)
                    call = renewed
                    attempt = await self.attempt(call, latest)
                    continue
                }
            } catch {
                failure = Failure(error)
                // What the answer refused has not happened, where no earlier try may have done it.
                failure.nothingSent = !wasOutcomeUnknown
                failure.mayBeDone = wasWriteLost
                record.failure = failure
                call.log.attempt(record)
                throw failure
            }
            guard let pause = pause(after: attempt, &failure, number, call, latest) else {
                record.failure = failure
                call.log.attempt(record)
                throw failure
            }
            record.retryIn = pause
            call.log.attempt(record)
            wasOutcomeUnknown = wasOutcomeUnknown || attempt.isOutcomeUnknown
            wasWriteLost = wasWriteLost || call.leavesOpen(attempt)
            do {
                try await call.wait(pause, by: clock)
                if let remake = call.remake { call.request = try remake() }
            } catch {
                var failure = Failure(error)
                failure.nothingSent = !wasOutcomeUnknown
                failure.mayBeDone = wasWriteLost
                throw failure
            }
            if attempt.counts { number += 1 }
            attempt = await self.attempt(call, latest)
        }
    }

    private func record(of attempt: Attempt, _ number: Int, _ call: HTTPCall) -> HTTPAttempt {
        HTTPAttempt(
            method: call.request.method,
            url: LoggedURL.text(call.request.url(replacingPathSecretsBy: Masker.replacement)), number: number,
            status: attempt.response.map { $0.isStored ? 304 : $0.status }, failure: attempt.failure,
            elapsed: attempt.elapsed, waited: attempt.waited)
    }

    /// The call with a renewed credential, where the answer refuses the one it had; nil where that changes nothing.
    /// A refusal is no try: nothing was done, whatever the effect of the call.
    private func renewed(_ call: HTTPCall, after attempt: Attempt) async throws -> HTTPCall? {
        guard let renewal = call.renewal, attempt.failure?.kind == .auth, let refusal = attempt.response,
            !call.isOfAnotherOrigin(refusal), !refusal.isAfterwards || !call.isUnrepeatable, !Task.isCancelled,
            let request = try await renewal(refusal)
        else { return nil }
        var renewed = call
        renewed.request = request
        renewed.renewal = nil
        return renewed
    }

    private func attempt(_ call: HTTPCall, _ latest: Duration) async -> Attempt {
        var admission = TrafficControl.Admission()
        do {
            if let traffic { admission = try await traffic.admit(call, latest: latest) }
        } catch {
            return Attempt(refusedFor: error)
        }
        // A signature gets old.
        if admission.waited != nil, let remake = call.remake { return await attempt(call, admission, remake) }
        return await attempt(call, admission)
    }

    /// Apart from the rest, so that a request which goes as it is needs no room for another one.
    @inline(never)
    private func attempt(
        _ call: HTTPCall, _ admission: TrafficControl.Admission, _ remake: @Sendable () throws -> HTTPRequest
    ) async -> Attempt {
        var call = call
        do { call.request = try remake() } catch { return Attempt(refusedFor: error) }
        return await attempt(call, admission)
    }

    private func attempt(_ call: HTTPCall, _ admission: TrafficControl.Admission) async -> Attempt {
        let begin = clock.monotonic()
        var attempt = Attempt(await exchange(call))
        attempt.elapsed = clock.monotonic() - begin
        attempt.waited = admission.waited
        attempt.movesFile = call.movesFile
        await traffic?.ended(call, admission, response: attempt.response, failure: attempt.failure)
        doubt(&attempt, of: call)
        return attempt
    }

    @inline(never)
    private func doubt(_ attempt: inout Attempt, of call: HTTPCall) {
        guard case .failed(let failure, let response) = attempt.outcome, isInDoubt(failure, response) else { return }
        attempt.outcome = .failed(call.inDoubt(failure), response)
    }

    /// Whether a write may have been carried out although it was cut off here, or what came later of it failed.
    private func isInDoubt(_ failure: Failure, _ response: HTTPResponse?) -> Bool {
        response?.isAfterwards ?? (failure.kind == .cancelled && !failure.nothingSent)
    }

    private func exchange(_ call: HTTPCall) async -> Attempt.Outcome {
        do {
            return outcome(of: call, try await transport.send(call))
        } catch {
            return .failed(Failure(error), nil)
        }
    }

    @inline(never)
    private func outcome(of call: HTTPCall, _ response: HTTPResponse) -> Attempt.Outcome {
        guard var failure = call.classify?(response) ?? damage(of: response, to: call) else {
            return .succeeded(response)
        }
        if failure.retryAfter == nil, failure.kind == .rateLimited || failure.kind == .transient {
            failure.retryAfter = asked(response, failure.kind)
        }
        if call.isOfAnotherOrigin(response) {
            failure.lay(onRedirectOf: call)
        } else {
            failure.explain(by: response, call.credential)
        }
        return .failed(failure, response)
    }

    /// Why the file that has come is not the one that was to come. A write has been carried out all the same.
    private func damage(of response: HTTPResponse, to call: HTTPCall) -> Failure? {
        guard case .sink(let sink) = call.destination, case .file = response.body else { return nil }
        do throws(Failure) {
            try sink.check()
            return nil
        } catch {
            return call.inDoubt(error)
        }
    }

    /// The pause the server asks for where its connector reads none.
    private func asked(_ response: HTTPResponse, _ kind: FailureKind) -> Duration? {
        let now = clock.now()
        if let pause = AskedPause.retryAfter(response.headers, now: now) { return pause }
        guard kind == .rateLimited, let left = RateLimitHeaders(response.headers, now: now), left.remaining <= 0 else {
            return nil
        }
        return left.reset
    }

    /// How long to wait before the next try; nil where none follows, and `failure` says why where that isn't plain.
    private func pause(
        after attempt: Attempt, _ failure: inout Failure, _ number: Int, _ call: HTTPCall, _ latest: Duration
    ) -> Duration? {
        guard number <= call.retry.max, !Task.isCancelled,
            call.retry.allows(failure, effect: call.effect, hasIdempotencyKey: call.hasIdempotencyKey)
        else { return nil }
        let pause = call.retry.pause(after: number, asked: failure.retryAfter, random: random)
        guard clock.monotonic() + pause <= latest else { return nil }
        // What was never sent costs the service nothing, and where it says itself when to come back it expects that.
        let isAsked = failure.retryAfter != nil && (failure.kind == .rateLimited || failure.kind == .transient)
        let isFree = attempt.isHeldBack || isAsked
        guard isFree || budget.spend() else {
            failure.message += "; not tried again, as too many requests of this run failed"
            failure.hint = "resume the run when the service works again"
            return nil
        }
        return pause
    }
}

private struct Attempt {
    /// What came of it.
    enum Outcome {
        case succeeded(HTTPResponse)
        /// With the answer that says so, where there is one.
        indirect case failed(Failure, HTTPResponse?)
        /// Not sent at all, to spare the service or for want of time; and whether it is one of the tries that the policy
        /// allows.
        indirect case heldBack(Failure, counts: Bool)
    }

    var outcome: Outcome
    var elapsed = Duration.zero
    @Boxed var waited: HTTPWait?
    /// Whether a file was on its way, which may take long.
    var movesFile = false

    init(_ outcome: Outcome) { self.outcome = outcome }

    /// One that was never sent.
    init(refusedFor error: any Error) {
        if let refusal = error as? TrafficControl.Refusal {
            outcome = .heldBack(refusal.failure, counts: !refusal.isBrief)
        } else {
            var failure = Failure(error)
            failure.nothingSent = true
            outcome = .failed(failure, nil)
        }
    }

    var failure: Failure? {
        switch outcome {
        case .succeeded: nil
        case .failed(let failure, _), .heldBack(let failure, _): failure
        }
    }

    var response: HTTPResponse? {
        switch outcome {
        case .succeeded(let response): response
        case .failed(_, let response): response
        case .heldBack: nil
        }
    }

    var isHeldBack: Bool { if case .heldBack = outcome { true } else { false } }
    /// Whether it is one of the tries that the policy allows.
    var counts: Bool { if case .heldBack(_, let counts) = outcome { counts } else { true } }

    /// Time that passed in line, or with a file.
    var timeWellSpent: Duration { (waited?.duration ?? .zero) + (movesFile ? elapsed : .zero) }

    /// Whether the other side may have done the work although the attempt failed.
    var isOutcomeUnknown: Bool {
        failure.map { HTTPCall.isOutcomeUnknown($0, response) } ?? false
    }
}

extension HTTPCall {
    /// - Throws: a `CancellationError`.
    func wait(_ duration: Duration, by clock: any WallClock) async throws {
        if let pause { try await pause(duration) } else { try await clock.sleep(duration) }
    }

    /// Whether another server gave the answer than the one that was asked, which redirected to it. The credential never came
    /// there.
    fileprivate func isOfAnotherOrigin(_ response: HTTPResponse) -> Bool {
        guard response.url != request.url, let answering = Origin(response.url), let asked = Origin(request.url) else {
            return false
        }
        return answering != asked
    }

    /// Whether what came of it came from behind a redirect, as far as that is known.
    fileprivate func wasRedirected(_ attempt: Attempt) -> Bool {
        attempt.response.map { !$0.url.isEmpty && $0.url != request.sentURL } ?? attempt.failure?.isOfRedirect ?? false
    }

    /// Whether the write may have happened although the attempt failed. Without a key, what is transient was refused.
    fileprivate func leavesOpen(_ attempt: Attempt) -> Bool {
        guard effect == .write, attempt.isOutcomeUnknown else { return false }
        return hasIdempotencyKey || attempt.failure?.kind != .transient
    }

    fileprivate var movesFile: Bool {
        if case .memory = destination { request.body.hasFile } else { true }
    }
}

extension Failure {
    /// Lays it on the server that the one which was asked redirects to. Who refuses a request there has seen no credential,
    /// so that none is at fault.
    fileprivate mutating func lay(onRedirectOf call: HTTPCall) {
        isOfRedirect = true
        guard kind == .auth || kind == .permission else { return }
        kind = .permission
        if let asked = Origin(call.request.url) { message += ", where \(asked.authority) redirects to" }
        hint = "ask there with a credential for it; a redirect to another origin goes without any"
    }
}

extension HTTPBody {
    fileprivate var hasFile: Bool {
        switch self {
        case .none, .bytes: false
        case .file: true
        case .parts(let parts): parts.contains(where: \.hasFile)
        }
    }
}

/// A URL as logs may show it.
enum LoggedURL {
    /// Without query, fragment, user name and password.
    static func text(_ url: String) -> String {
        var url = url
        return url.withUTF8 { bytes in
            let address = bytes.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
            guard let colon = address.firstIndex(of: UInt8(ascii: ":")), address[colon...].starts(with: "://".utf8),
                case let start = colon + 3,
                let at = address[start...].prefix(while: { $0 != UInt8(ascii: "/") }).lastIndex(of: UInt8(ascii: "@"))
            else { return String(decoding: address, as: UTF8.self) }
            return String(decoding: address[..<start], as: UTF8.self)
                + String(decoding: address[(at + 1)...], as: UTF8.self)
        }
    }
}
