import FlowCore
import Glibc

extension Timestamp {
    /// In the zone of this process, as lists show it: `2026-11-21 09:04:31`.
    var localText: String {
        String(unsafeUninitializedCapacity: 48) { room in
            let time = civil
            var digits = DigitWriter(room)
            digits.write(Int(time.tm_year) + 1900, width: 4)
            digits.write(Int(time.tm_mon) + 1, width: 2, after: "-")
            digits.write(Int(time.tm_mday), width: 2, after: "-")
            digits.write(Int(time.tm_hour), width: 2, after: " ")
            digits.write(Int(time.tm_min), width: 2, after: ":")
            digits.write(Int(time.tm_sec), width: 2, after: ":")
            return digits.end
        }
    }

    /// The time of day alone: `09:04:31`.
    var clockText: String { String(localText.suffix(8)) }

    private var civil: tm {
        var clock = time_t(seconds)
        var time = tm()
        localtime_r(&clock, &time)
        return time
    }
}
