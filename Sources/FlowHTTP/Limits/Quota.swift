import FlowCore
import FlowSpec

/// What is left of a rate limit: how many requests were sent, or promised, in each slice of time.
///
/// An interval has twenty slices, and any twenty-one of them together hold at most `count` requests. So no interval
/// that a server may count by sees more than it allows, wherever it begins, with a slice to spare for requests that
/// take long to get there; and after a pause a whole interval's worth may go at once. What has to wait is spread
/// evenly, so that processes don't all wake at one moment and come late for it. Of a steady stream that uses 95 % of
/// the rate. A token bucket would let twice the count through in the first interval.
struct Quota: Sendable, Hashable {
    /// What ``reserve(_:at:)`` promised.
    struct Reservation: Sendable, Hashable {
        /// When each request may be sent, in order.
        var slots: [Timestamp]
        /// Where there is no slot: when to ask again.
        var askAgain: Timestamp
    }

    private(set) var count: Int
    private(set) var interval: Duration
    /// The service said that nothing may be sent before.
    private(set) var closedUntil: Timestamp?
    /// Requests by slice, numbered from 1970 on; only those that still count.
    private var taken: [Int64: Int] = [:]

    private static let slices: Int64 = 20
    /// Slices from the present one on in which requests are promised: this interval and the next.
    private static let horizon = 2 * slices + 2

    init(_ limit: RequestLimit) {
        count = max(1, limit.count)
        interval = max(limit.interval, .milliseconds(Quota.slices))
    }

    /// What a record says of the limit.
    init(_ limit: RequestLimit, record: SharedRecord?) {
        self.init(limit)
        guard let value = record?.value else { return }
        closedUntil = value.time("closed_until")
        // A limit that was changed begins anew.
        guard value["interval_ms"]?.intValue == interval.inMilliseconds else { return }
        for entry in value["taken"]?.listValue ?? [] {
            guard let pair = entry.listValue, pair.count == 2, let slice = pair[0].intValue,
                let number = pair[1].intValue, (1...Int64(Int32.max)).contains(number)
            else { continue }
            taken[slice] = Int(number)
        }
    }

    /// Whether a request may still be sent in the slot.
    static func isUsable(_ slot: Timestamp, at now: Timestamp, of limit: RequestLimit) -> Bool {
        let quota = Quota(limit)
        return quota.slice(of: now) <= quota.slice(of: slot)
    }

    /// What a slice to come may hold, so that an interval's worth is spread over all of them.
    private var share: Int { Int((Int64(count) + Quota.slices - 1) / Quota.slices) }

    /// Milliseconds of a slice.
    private var width: Int64 { max(1, interval.inMilliseconds / Quota.slices) }

    private func slice(of time: Timestamp) -> Int64 { time.milliseconds / width }

    /// Promises as many of `wanted` requests as may go soon, the earliest slots first.
    ///
    /// No more than a tenth of the limit at a time, so that processes that ask side by side take turns.
    mutating func reserve(_ wanted: Int, at now: Timestamp) -> Reservation {
        forget(before: now)
        if let closedUntil { return Reservation(slots: [], askAgain: closedUntil) }
        var left = min(wanted, max(1, count / 10))
        var slots: [Timestamp] = []
        let first = slice(of: now)
        var next = first
        while left > 0, next < first + Quota.horizon {
            let granted = min(
                left, next == first ? room(in: next) : min(room(in: next), share - taken[next, default: 0]))
            if granted > 0 {
                taken[next, default: 0] += granted
                slots += Array(repeating: max(now, Timestamp(milliseconds: next * width)), count: granted)
                left -= granted
            }
            next += 1
        }
        let pause = Duration.milliseconds(max(width, interval.inMilliseconds / 4))
        return Reservation(slots: slots, askAgain: now.adding(pause) ?? now)
    }

    /// Takes back a promise that nobody uses.
    mutating func release(_ slot: Timestamp) {
        let slice = slice(of: slot)
        guard let number = taken[slice] else { return }
        taken[slice] = number > 1 ? number - 1 : nil
    }

    /// Nothing goes before `time`. Whoever was promised an earlier slot must not use it.
    mutating func close(until time: Timestamp) {
        closedUntil = Closure.end(closedUntil, at: time) ?? time
    }

    /// How many requests went or were promised in the interval up to now.
    func used(at now: Timestamp) -> Int {
        let last = slice(of: now)
        return taken.filter { $0.key > last - Quota.slices && $0.key <= last }.reduce(0) { $0 + $1.value }
    }

    /// How many more requests the slice can hold with every window that it is in.
    private func room(in slice: Int64) -> Int {
        var sum = (slice - Quota.slices...slice).reduce(0) { $0 + (taken[$1] ?? 0) }
        var fullest = sum
        for end in slice + 1...slice + Quota.slices {
            sum += (taken[end] ?? 0) - (taken[end - Quota.slices - 1] ?? 0)
            fullest = max(fullest, sum)
        }
        return max(0, count - fullest)
    }

    private mutating func forget(before now: Timestamp) {
        let present = slice(of: now)
        // A clock that was set back leaves promises in a future that no promise reaches.
        taken = taken.filter { $0.key >= present - Quota.slices && $0.key < present + 2 * Quota.horizon }
        closedUntil = Closure.end(closedUntil, at: now)
    }

    /// When nothing of it counts any more.
    func expiry(at now: Timestamp) -> Timestamp {
        let last = taken.keys.max().map { Timestamp(milliseconds: ($0 + 1) * width) } ?? now
        return max(now, last, closedUntil ?? now).adding(interval * 2) ?? now
    }

    var asValue: ValueMap {
        var map = ValueMap()
        map["count"] = .int(Int64(count))
        map["interval_ms"] = .int(interval.inMilliseconds)
        map["taken"] = .list(taken.sorted { $0.key < $1.key }.map { [.int($0.key), .int(Int64($0.value))] })
        map["closed_until"] = closedUntil.map { .int($0.milliseconds) }
        return map
    }
}

extension ValueMap {
    /// A time kept as milliseconds since 1970.
    func time(_ name: String) -> Timestamp? { self[name]?.intValue.map { Timestamp(milliseconds: $0) } }
}
