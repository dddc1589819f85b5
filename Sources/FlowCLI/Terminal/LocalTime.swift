import FlowCore
import Glibc

extension Timestamp {
    /// In the zone of this process, as lists show it: `2026-11-21 09:04:31`.
    var localText: String {
        // Byte by byte: by interpolation a list of thousands spends most of its time here.
        String(unsafeUninitializedCapacity: 19) { room in
            let time = civil
            var end = 0
            func write(_ number: Int32, digits: Int, after mark: Unicode.Scalar? = nil) {
                if let mark {
                    room[end] = UInt8(ascii: mark)
                    end += 1
                }
                var rest = number
                for place in stride(from: end + digits - 1, through: end, by: -1) {
                    room[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                end += digits
            }
            write(time.tm_year + 1900, digits: 4)
            write(time.tm_mon + 1, digits: 2, after: "-")
            write(time.tm_mday, digits: 2, after: "-")
            write(time.tm_hour, digits: 2, after: " ")
            write(time.tm_min, digits: 2, after: ":")
            write(time.tm_sec, digits: 2, after: ":")
            return end
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
