import FlowCore
package import FlowSpec
import Synchronization

/// Decides when a request may be sent: rate limits are waited for, and a service that fails most requests is spared.
///
/// Both are shared with all flowctl processes of the user. Safe to use from any task.
package final class TrafficControl: Sendable {
    /// A request that may be sent, to be told of when it ended.
    struct Admission: Sendable {
        fileprivate var service: Service?
        fileprivate var isProbe = false
        var waited: HTTPWait?
    }

    /// Why a request may not be sent.
    struct Refusal: Error {
        var failure: Failure
        /// Whether another caller finds out right now if the service works again, so that it is worth asking soon.
        var isBrief = false
    }

    private struct ServiceKey: Hashable {
        var address: String
        var credential: String?
    }

    private let records: FallbackRecords
    private let clock: any WallClock
    private let random: any RandomSource
    private let services = Mutex<[ServiceKey: Service]>([:])
    private let loading = Mutex<[ServiceKey: Task<Service, Never>]>([:])

    /// How many slots a call may miss: on a machine that is too busy for any, it goes late rather than never.
    private static let slots = 5
    /// Pauses shorter than this are not worth a word.
    private static let announced = Duration.seconds(1)

    package init(records: any SharedRecords, clock: any WallClock, random: any RandomSource) {
        self.records = FallbackRecords(records)
        self.clock = clock
        self.random = random
    }

    /// Waits until the call may be sent.
    ///
    /// - Parameter latest: by the monotonic clock; no wait is begun that would pass it.
    /// - Throws: ``Refusal`` where it may not be sent; a `CancellationError`.
    func admit(_ call: HTTPCall, latest: Duration) async throws -> Admission {
        guard let service = await service(of: call) else { return Admission() }
        if let open = service.openUntil(at: clock.now()) { throw refusal(service, until: open) }
        let begin = clock.monotonic()
        var hasWaited = false
        if let limit = call.limit {
            hasWaited = try await pass(service.limiter(limit), service, call, latest: latest)
        } else if let closed = service.closedUntil(at: clock.now()) {
            hasWaited = true
            try await wait(for: service, until: closed, call, latest: latest)
        }
        var admission = Admission(service: service)
        switch await service.enter(at: clock.now()) {
        case .closed: break
        case .probe: admission.isProbe = true
        case .open(let until): throw refusal(service, until: until)
        case .probing: throw probing(service)
        }
        if hasWaited {
            admission.waited = HTTPWait(
                reason: TrafficControl.reason(service), duration: clock.monotonic() - begin)
        }
        return admission
    }

    /// Takes note of how the call ended, and of what the response says about limits.
    ///
    /// - Parameter failure: that of the transport, or what the response means.
    func ended(_ call: HTTPCall, _ admission: Admission, response: HTTPResponse?, failure: Failure?) async {
        guard let service = admission.service else { return }
        let asked = failure?.retryAfter
        let opened = await service.ended(
            failed: TrafficControl.isBroken(response, failure), isProbe: admission.isProbe, asked: asked)
        if let opened {
            call.log.log(
                .warning,
                "\(service.origin.authority): \(opened.failures) of the last \(opened.calls) requests failed, so none is sent for a while"
            )
        }
        if let response, let pause = pause(after: response, failure, call), let time = clock.now().adding(pause) {
            await service.close(until: time, limit: call.limit)
        }
        if let failure = records.untoldFailure() {
            call.log.log(.warning, "rate limits hold for this process alone: \(failure.message)")
        }
    }

    /// Only the way there and the server itself count: what a request asks for may be wrong without either being broken.
    private static func isBroken(_ response: HTTPResponse?, _ failure: Failure?) -> Bool? {
        if let response { return response.status >= 500 }
        switch failure?.kind {
        case .network, .tls, .timeout, .uncertain: return failure?.code == Failure.notBegun ? nil : true
        default: return nil
        }
    }

    /// How long the service wants no more requests; nil where it takes them.
    private func pause(after response: HTTPResponse, _ failure: Failure?, _ call: HTTPCall) -> Duration? {
        let left = RateLimitHeaders(response.headers, now: clock.now())
        if failure?.kind == .rateLimited {
            return failure?.retryAfter ?? left?.reset ?? call.limit.map { min($0.interval, .seconds(60)) }
        }
        guard let left, left.remaining <= 0, left.reset > .zero else { return nil }
        return left.reset
    }

    // MARK: Waiting

    /// - Returns: whether there was anything to wait for.
    private func pass(
        _ limiter: RateLimiter, _ service: Service, _ call: HTTPCall, latest: Duration
    ) async throws -> Bool {
        var hasWaited = false
        for number in 1...TrafficControl.slots {
            let slot = try await self.slot(of: limiter, service, call, latest: latest)
            let pause = slot.since(clock.now())
            if pause > .zero {
                hasWaited = true
                announce(pause, service, call)
                do {
                    try await clock.sleep(pause)
                } catch {
                    await limiter.giveBack(slot)
                    throw error
                }
            }
            if limiter.isUsable(slot) || number == TrafficControl.slots { break }
            await limiter.miss(slot)
        }
        return hasWaited
    }

    private func slot(
        of limiter: RateLimiter, _ service: Service, _ call: HTTPCall, latest: Duration
    ) async throws -> Timestamp {
        do {
            return try await limiter.slot(within: latest - clock.monotonic()) { pause in
                self.announce(pause, service, call)
            }
        } catch let failure as Failure where failure.kind == .rateLimited {
            throw Refusal(failure: failure)
        }
    }

    private func wait(for service: Service, until time: Timestamp, _ call: HTTPCall, latest: Duration) async throws {
        let pause = time.since(clock.now())
        guard clock.monotonic() + pause <= latest else {
            throw Refusal(
                failure: Failure(
                    .rateLimited,
                    "\(TrafficControl.reason(service)) lets nothing through for \(pause.humanText)",
                    hint: "run it again then; \"flowctl limits\" shows what is used up", retryAfter: pause,
                    nothingSent: true))
        }
        announce(pause, service, call)
        // All that wait for the same moment don't come at the same moment.
        try await clock.sleep(pause + .seconds(min(pause.inSeconds / 10, 1) * random.unitInterval()))
    }

    private func announce(_ pause: Duration, _ service: Service, _ call: HTTPCall) {
        guard pause >= TrafficControl.announced else { return }
        call.log.waiting(HTTPWait(reason: TrafficControl.reason(service), duration: pause))
    }

    private static func reason(_ service: Service) -> String { "the rate limit of \(service.origin.authority)" }

    // MARK: Refusing

    private func refusal(_ service: Service, until time: Timestamp) -> Refusal {
        let pause = time.since(clock.now())
        return Refusal(
            failure: Failure(
                .transient,
                "\(service.origin.authority) failed most requests of late, so none is sent for \(pause.humanText)",
                hint: "see whether the service works again; \"flowctl limits reset \(service.origin)\" lets requests "
                    + "through at once",
                code: "circuit_open", retryAfter: pause, nothingSent: true))
    }

    private func probing(_ service: Service) -> Refusal {
        Refusal(
            failure: Failure(
                .transient, "\(service.origin.authority) failed most requests of late, and one is being tried now",
                hint: "try again in a minute", code: "circuit_open", retryAfter: .seconds(1), nothingSent: true),
            isBrief: true)
    }

    // MARK: Services

    /// nil where the address is none; the transport says what is wrong with it.
    private func service(of call: HTTPCall) async -> Service? {
        let key = ServiceKey(address: TrafficControl.address(call.request.url), credential: call.credential?.name)
        if let known = services.withLock({ $0[key] }) { return known }
        guard let origin = Origin(call.request.url) else { return nil }
        let (records, clock) = (records, clock)
        let task = loading.withLock { loading in
            if let known = loading[key] { return known }
            let task = Task { await Service(origin, call.credential, records: records, clock: clock) }
            loading[key] = task
            return task
        }
        let service = await task.value
        services.withLock { $0[key] = service }
        return service
    }

    /// Scheme, host and port as they are written: what finds a service without taking the URL apart.
    private static func address(_ url: String) -> String {
        var url = url
        return url.withUTF8 { bytes in
            var slashes = 0
            let address = bytes.prefix { byte in
                if byte == UInt8(ascii: "/") { slashes += 1 }
                return slashes < 3 && byte != UInt8(ascii: "?") && byte != UInt8(ascii: "#")
            }
            return String(decoding: address, as: UTF8.self)
        }
    }
}
