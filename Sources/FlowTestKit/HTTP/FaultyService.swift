import FlowCore
import Synchronization

/// A service of which nearly every third answer goes wrong: reset, cut, late, half, refused, redirected.
///
/// What goes wrong is decided by the operation, the path of its address, and the attempt alone, so that a storm can be
/// repeated. Give its ``answer(_:)`` to a ``FaultServer``.
package final class FaultyService: Sendable {
    private typealias Reply = FaultServer.Reply

    private struct State {
        var attempts: [String: Int] = [:]
        var done: [String: Int] = [:]
        var faults = 0
        var unchanged = 0
    }

    private let elsewhere: String
    private let state = Mutex(State())

    /// - Parameter elsewhere: the URL of another origin, where some requests are redirected to.
    package init(elsewhere: String) { self.elsewhere = elsewhere }

    /// How often something went wrong.
    package var faults: Int { state.withLock { $0.faults } }
    /// How often it said that nothing has changed.
    package var unchanged: Int { state.withLock { $0.unchanged } }
    /// How often the work of an operation was done.
    package func done(_ id: String) -> Int { state.withLock { $0.done[id] ?? 0 } }

    /// What the answer to an operation is.
    package static func content(_ id: String) -> [UInt8] {
        Array(String(repeating: "the answer to \(id). ", count: 20).utf8)
    }

    package func answer(_ request: FaultServer.Request) -> FaultServer.Reply {
        let id = String(request.path.dropFirst())
        // In a circle.
        if let number = Int(id.filter(\.isNumber)), number % 101 == 100 { return .redirect(to: "/\(id)", status: 307) }
        let attempt = state.withLock { state in
            state.attempts[id, default: 0] += 1
            return state.attempts[id, default: 0]
        }
        let number = UInt64(id.filter(\.isNumber)) ?? 0
        let draw = FaultyService.mixed(number << 16 | UInt64(attempt))
        let content = FaultyService.content(id)
        let whole = Reply(200, headers: [("ETag", "\"\(id)\"")], body: .bytes(content))
        guard draw % 100 < 30 else {
            did(id)
            if request.headers["if-none-match"] == whole.headers["etag"] {
                state.withLock { $0.unchanged += 1 }
                return .status(304)
            }
            return part(of: whole, content, request)
        }
        state.withLock { $0.faults += 1 }
        let place = Int((draw >> 40) % UInt64(whole.headSize + content.count))
        switch (draw >> 20) % 15 {
        case 0: return .retryAfter("0")
        case 1: return .retryAfter("0", status: 503)
        case 2: return .retryAfter("Sun, 06 Nov 1994 08:49:37 GMT")
        case 3: return .redirect(to: "/\(id)", status: 307)
        case 4: return .redirect(to: elsewhere + "/\(id)", status: 307)
        default: break
        }
        // From here on the work is done, and only its answer is lost.
        did(id)
        switch (draw >> 20) % 15 {
        case 5: return .hangUp
        case 6, 7: return whole.delivered(.reset(after: place))
        case 8: return whole.delivered(.cut(after: place))
        case 9: return Reply(500)
        case 10:
            return Reply(
                200, headers: [("Content-Length", "\(content.count + 9)")], body: .bytes(content), closes: true)
        case 11:
            // To whom asks for a file as it is stored, half of what is compressed would be all of one that is.
            guard request.headers["accept-encoding"] != "identity" else { return .hangUp }
            return Reply(
                200, headers: [("Content-Encoding", "gzip")],
                body: .bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 3, 0xED, 0xC8]))
        case 12: return .raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")
        case 13: return place % 8 == 0 ? whole.delivered(.stall(after: place)) : .hangUp
        default: return whole.delivered(.drip(bytes: 64, pause: .milliseconds(1)))
        }
    }

    private func part(of whole: Reply, _ content: [UInt8], _ request: FaultServer.Request) -> Reply {
        guard let start = request.headers["range"].flatMap({ Int($0.filter(\.isNumber)) }), start < content.count
        else { return whole }
        return Reply(
            206,
            headers: [
                ("ETag", whole.headers["etag"] ?? ""),
                ("Content-Range", "bytes \(start)-\(content.count - 1)/\(content.count)"),
            ], body: .bytes(Array(content[start...])))
    }

    /// Neighbours give numbers that have nothing in common (the finalizer of SplitMix64).
    private static func mixed(_ number: UInt64) -> UInt64 {
        var word = number &* 0x9E37_79B9_7F4A_7C15
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    private func did(_ id: String) { state.withLock { $0.done[id, default: 0] += 1 } }
}
