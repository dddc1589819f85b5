package import FlowCore
package import FlowSpec

/// Repeats what may be repeated: by the call's retry policy, its effect, and what the server asks.
///
/// Gives each answer to the call's `classify`; the failure it finds there, or that of the transport, decides.
/// ``RetryPolicy/allows(_:effect:hasIdempotencyKey:)`` says which may be repeated.
package struct RetryingClient: HTTPClient {
    private let transport: any HTTPClient
    private let clock: any WallClock
    private let random: any RandomSource
    private let budget: Duration

    /// - Parameter budget: all attempts and pauses of one call; no pause is begun that would pass it.
    package init(
        _ transport: any HTTPClient, clock: any WallClock, random: any RandomSource,
        budget: Duration = .seconds(15 * 60)
    ) {
        self.transport = transport
        self.clock = clock
        self.random = random
        self.budget = budget
    }

    package func send(_ call: HTTPCall) async throws -> HTTPResponse {
        let start = clock.monotonic()
        var number = 1
        var wasOutcomeUnknown = false
        while true {
            let attemptStart = clock.monotonic()
            let attempt = await attempt(call)
            var record = HTTPAttempt(
                method: call.request.method, url: LoggedURL.text(call.request.url), number: number,
                status: attempt.response?.status, failure: attempt.failure, elapsed: clock.monotonic() - attemptStart)
            if attempt.failure != nil { record.command = CurlCommand(call) }
            guard let failure = attempt.failure, !isDone(call, attempt, wasOutcomeUnknown) else {
                record.failure = nil
                record.command = nil
                call.log.attempt(record)
                if let response = attempt.response { return response }
                throw Failure(.internal, "an HTTP attempt without an outcome")
            }
            let pause = call.retry.pause(after: number, asked: failure.retryAfter, random: random)
            let mayRepeat =
                number <= call.retry.max
                && call.retry.allows(failure, effect: call.effect, hasIdempotencyKey: call.hasIdempotencyKey)
            guard mayRepeat, clock.monotonic() - start + pause <= budget, !Task.isCancelled else {
                call.log.attempt(record)
                throw failure
            }
            record.retryIn = pause
            call.log.attempt(record)
            do {
                try await clock.sleep(pause)
            } catch {
                throw Failure(error)
            }
            wasOutcomeUnknown = wasOutcomeUnknown || attempt.isOutcomeUnknown
            number += 1
        }
    }

    private func attempt(_ call: HTTPCall) async -> Attempt {
        do {
            let response = try await transport.send(call)
            var failure = call.classify?(response)
            if let kind = failure?.kind, failure?.retryAfter == nil, kind == .rateLimited || kind == .transient {
                failure?.retryAfter = HTTPStatusTable.retryAfter(response.headers, now: clock.now())
            }
            return Attempt(response: response, failure: failure)
        } catch {
            return Attempt(response: nil, failure: Failure(error))
        }
    }

    /// Whether the answer says that an earlier attempt, whose outcome was unknown, has deleted what was to be deleted.
    private func isDone(_ call: HTTPCall, _ attempt: Attempt, _ wasOutcomeUnknown: Bool) -> Bool {
        guard wasOutcomeUnknown, call.request.method == "DELETE", call.effect == .idempotent else { return false }
        return attempt.response?.status == 404 || attempt.response?.status == 410
    }
}

private struct Attempt {
    var response: HTTPResponse?
    var failure: Failure?

    /// Whether the other side may have done the work although the attempt failed.
    var isOutcomeUnknown: Bool {
        guard let failure, !failure.nothingSent else { return false }
        guard let response else { return true }
        return response.status >= 500 && !(response.status == 503 && response.headers["retry-after"] != nil)
    }
}

/// A URL as logs may show it.
enum LoggedURL {
    /// Without query, fragment, user name and password.
    static func text(_ url: String) -> String {
        let kept = url.prefix { $0 != "?" && $0 != "#" }
        guard let scheme = kept.firstRange(of: "://") else { return String(kept) }
        let rest = kept[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return String(kept) }
        return String(kept[..<scheme.upperBound]) + String(rest[rest.index(after: at)...])
    }
}
