import FlowCore
import Glibc

extension Timestamp {
    /// In the zone of this process, as lists show it: `2026-11-21 09:04:31`.
    var localText: String {
        let time = civil
        return "\(time.tm_year + 1900)-\(two(time.tm_mon + 1))-\(two(time.tm_mday)) \(clockText)"
    }

    /// The time of day alone: `09:04:31`.
    var clockText: String {
        let time = civil
        return "\(two(time.tm_hour)):\(two(time.tm_min)):\(two(time.tm_sec))"
    }

    private var civil: tm {
        var clock = time_t(seconds)
        var time = tm()
        localtime_r(&clock, &time)
        return time
    }

    private func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
