import FlowCore
import FlowSpec
import Synchronization

/// How far the clocks of services are from that of this machine, as far as their refusals have told; safe to use from any
/// thread.
///
/// A signature that says when it was made is refused where the clocks differ by minutes.
final class ServiceClocks: Sendable {
    private let differences = Mutex<[Origin: Duration]>([:])

    /// A smaller difference is none that a service would mind.
    private static let tolerance = Duration.seconds(60)

    func now(at url: String, by clock: any WallClock) -> Timestamp {
        let now = clock.now()
        guard let origin = Origin(url), let difference = differences.withLock({ $0[origin] }) else { return now }
        return now.adding(difference) ?? now
    }

    /// - Returns: whether the answer's `Date` tells of a difference that was not known.
    func learn(from response: HTTPResponse, by clock: any WallClock) -> Bool {
        guard let origin = Origin(response.url), let date = response.headers["date"].flatMap(Timestamp.init(httpDate:))
        else { return false }
        let gap = date.since(now(at: response.url, by: clock))
        guard gap > ServiceClocks.tolerance || gap < .zero - ServiceClocks.tolerance else { return false }
        differences.withLock { $0[origin] = date.since(clock.now()) }
        return true
    }
}
