package import FlowCore
import FlowSpec
import Glibc

/// The machine's clocks.
package struct SystemClock: WallClock {
    package init() {}

    package func now() -> Timestamp {
        let time = read(CLOCK_REALTIME)
        return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
    }

    package func monotonic() -> Duration {
        let time = read(CLOCK_MONOTONIC)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    package func sleep(_ duration: Duration) async throws {
        try await Task.sleep(for: duration, clock: .continuous)
    }

    private func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }
}
