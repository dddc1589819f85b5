import FlowCore
import FlowSpec

/// How often a mock fails in some way: `429:5%`.
package struct MockFault: Sendable, Hashable {
    package enum Way: Sendable, Hashable {
        case status(Int)
        /// The connection breaks before the answer.
        case reset
        /// The request is done, and its answer is lost.
        case lost
    }

    package var way: Way
    /// Of a million requests.
    package var share: UInt64

    /// nil where `text` is no such way and share.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].hasSuffix("%"), let percent = Double(parts[1].dropLast()),
            (0...100).contains(percent)
        else { return nil }
        switch parts[0] {
        case "reset": way = .reset
        case "lost": way = .lost
        default:
            guard let status = Int(parts[0]), (400...599).contains(status) else { return nil }
            way = .status(status)
        }
        share = UInt64(percent * 10_000)
    }

    /// The first of `faults` that a throw of the dice gives; nil where all goes well.
    static func drawn(from faults: [MockFault], _ random: any RandomSource) -> MockFault? {
        guard !faults.isEmpty else { return nil }
        let word = random.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        var rest = word % 1_000_000
        for fault in faults {
            if rest < fault.share { return fault }
            rest -= fault.share
        }
        return nil
    }

    /// What a service says that has enough, or is out of order.
    static func reply(_ status: Int) -> MockReplyHead {
        MockReplyHead(
            status: status,
            headers: HTTPHeaders(
                status == 429 || status == 503
                    ? [("Retry-After", "1"), ("Content-Type", "application/json")]
                    : [("Content-Type", "application/json")]),
            body: Array(#"{"error":"a fault that was asked for"}"#.utf8))
    }
}

/// An answer as it goes over the wire.
struct MockReplyHead {
    var status: Int
    var headers: HTTPHeaders
    var body: [UInt8]
}
