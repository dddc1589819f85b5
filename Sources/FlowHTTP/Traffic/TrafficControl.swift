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
        var socket: String?
        var credential: String?
    }

    private let records: FallbackRecords
    private let clock: any WallClock
    private let random: any RandomSource
    private let known = Mutex(Known())

    private struct Known {
        /// One that is forgotten leaves nothing of weight behind that its records don't have.
        var services = RecentlyUsed<ServiceKey, Service>(capacity: 1000)
        var loading: [ServiceKey: Task<Service, Never>] = [:]
    }

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
        await service.look()
        if let open = service.openUntil(at: clock.now()) { throw refusal(service, until: open) }
        let begin = clock.monotonic()
        let limiter = call.limit.map(service.limiter)
        var pass: (slot: Timestamp?, hasWaited: Bool)
        if let limiter {
            pass = try await self.pass(limiter, service, call, latest: latest)
        } else {
            pass = (nil, try await waitWhileClosed(service, call, latest: latest))
        }
        var admission = Admission(service: service)
        let entry = await service.enter(at: clock.now())
        switch entry {
        case .closed: break
        case .probe: admission.isProbe = true
        case .open, .probing:
            if let slot = pass.slot { await limiter?.giveBack(slot) }
            if case .open(let until) = entry { throw refusal(service, until: until) }
            throw probing(service)
        }
        if pass.hasWaited {
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
        let asked = failure?.retryAfter.map { min($0, Closure.longest) }
        let opened = await service.ended(
            TrafficControl.sign(of: service, response, failure), isProbe: admission.isProbe, asked: asked)
        if let opened {
            call.log.log(
                .warning,
                "\(service.origin.authority): \(opened.failures) of the last \(opened.calls) requests failed, so none is sent for a while"
            )
        }
        if let response, let pause = pause(after: response, failure, call, service),
            let time = clock.now().adding(min(pause, Closure.longest))
        {
            await close(service, until: time, asWantedBy: response, to: call)
        }
        if let failure = records.untoldFailure() {
            call.log.log(.warning, "rate limits hold for this process alone: \(failure.message)")
        }
    }

    /// Other processes are told of calls that they don't know of, where that matters to them.
    func finish() async {
        for service in known.withLock({ $0.services.values }) { await service.tellRest() }
    }

    /// Closes what says that it takes no more: the service, or where that has redirected to another one, that one as it is
    /// for requests without a credential, as none is sent there.
    @inline(never)
    private func close(
        _ service: Service, until time: Timestamp, asWantedBy response: HTTPResponse, to call: HTTPCall
    ) async {
        if TrafficControl.isOwn(response, of: service) { return await service.close(until: time, limit: call.limit) }
        await self.service(at: response.url)?.close(until: time, limit: nil)
    }

    private static func isOwn(_ response: HTTPResponse, of service: Service) -> Bool {
        Origin(response.url).map { $0 == service.origin } ?? true
    }

    /// Only the way there and the server itself count: what a request asks for may be wrong without either being broken.
    /// A service that redirects to one that fails works itself.
    private static func sign(
        of service: Service, _ response: HTTPResponse?, _ failure: Failure?
    ) -> Service.Sign {
        if let response {
            return response.status >= 500 && isOwn(response, of: service) ? .isBroken : .works
        }
        if failure?.isOfRedirect == true { return .works }
        switch failure?.kind {
        case .network, .tls, .timeout, .uncertain: return failure?.code == Failure.notBegun ? .unknown : .isBroken
        default: return .unknown
        }
    }

    /// How long the service wants no more requests; nil where it takes them.
    private func pause(
        after response: HTTPResponse, _ failure: Failure?, _ call: HTTPCall, _ service: Service
    ) -> Duration? {
        let left = RateLimitHeaders(response.headers, now: clock.now())
        if failure?.kind == .rateLimited {
            let limit = TrafficControl.isOwn(response, of: service) ? call.limit : nil
            return failure?.retryAfter ?? left?.reset ?? limit.map { min($0.interval, .seconds(60)) }
        }
        guard let left, left.remaining <= 0, left.reset > .zero else { return nil }
        return left.reset
    }

    // MARK: Waiting

    /// - Returns: the slot that the call has, and whether it has waited for it.
    private func pass(
        _ limiter: RateLimiter, _ service: Service, _ call: HTTPCall, latest: Duration
    ) async throws -> (slot: Timestamp?, hasWaited: Bool) {
        var hasWaited = false
        var missed = 0
        while true {
            let (slot, wasKept) = try await self.slot(of: limiter, service, call, latest: latest)
            hasWaited = hasWaited || wasKept
            let pause = slot.since(clock.now())
            if pause > .zero {
                hasWaited = true
                announce(pause, service, call)
                do {
                    try await call.wait(pause, by: clock)
                } catch {
                    await limiter.giveBack(slot)
                    throw error
                }
            }
            switch await limiter.standing(of: slot) {
            case .usable: return (slot, hasWaited)
            case .late:
                missed += 1
                if missed == TrafficControl.slots { return (slot, hasWaited) }
            case .closed: break
            }
            await limiter.miss(slot)
        }
    }

    private func slot(
        of limiter: RateLimiter, _ service: Service, _ call: HTTPCall, latest: Duration
    ) async throws -> (time: Timestamp, hasWaited: Bool) {
        do {
            return try await limiter.slot(by: latest) { pause in
                self.announce(pause, service, call)
                try await call.wait(pause, by: self.clock)
            }
        } catch let failure as Failure where failure.kind == .rateLimited {
            throw Refusal(failure: failure)
        }
    }

    /// - Returns: whether there was anything to wait for.
    private func waitWhileClosed(_ service: Service, _ call: HTTPCall, latest: Duration) async throws -> Bool {
        var hasWaited = false
        // The first that goes on may learn that the service is closed again.
        while let closed = service.closedUntil(at: clock.now()) {
            let pause = max(closed.since(clock.now()), .milliseconds(1))
            guard clock.monotonic() + pause <= latest else {
                throw Refusal(
                    failure: Closure.failure(service.origin.authority, service.origin.description, for: pause))
            }
            announce(pause, service, call)
            // All that wait for the same moment don't come at the same moment.
            try await call.wait(pause + .seconds(min(pause.inSeconds / 10, 1) * random.unitInterval()), by: clock)
            hasWaited = true
            await service.look()
        }
        return hasWaited
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
        await service(at: call.request.url, by: call.route.unixSocket, call.credential)
    }

    private func service(
        at url: String, by socket: String? = nil, _ credential: Credential? = nil
    ) async -> Service? {
        let key = ServiceKey(address: TrafficControl.address(url), socket: socket, credential: credential?.name)
        if let service = known.withLock({ $0.services.value(key) }) { return service }
        guard let origin = Origin(url) else { return nil }
        let loading = known.withLock { known in
            if let service = known.services.value(key) { return Task { service } }
            if let loading = known.loading[key] { return loading }
            let loading = Task {
                let service = await Service(
                    origin, socket: socket, credential, records: records, clock: clock)
                self.known.withLock { known in
                    known.services.keep(service, key)
                    known.loading[key] = nil
                }
                return service
            }
            known.loading[key] = loading
            return loading
        }
        return await loading.value
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
