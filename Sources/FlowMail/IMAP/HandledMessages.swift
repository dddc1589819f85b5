import FlowCore
import Synchronization

/// The messages that a step has moved, copied or deleted, over all connections that it took.
///
/// Where a break takes away the answer, the server may have done it. So what a command was sent for and isn't there when
/// the next connection looks has been handled, and is not missing.
final class HandledMessages: Sendable {
    private struct State {
        var uids: Set<UInt32> = []
        var uidValidity: UInt32?
        var moved = MovedMessages()
    }

    private let state = Mutex(State())

    /// Sends a command for messages.
    func note(_ uids: [UInt32], _ send: () throws -> Void) throws {
        do {
            try send()
        } catch let failure as Failure where failure.nothingSent {
            throw failure
        } catch {
            add(uids)
            throw error
        }
        add(uids)
    }

    private func add(_ uids: [UInt32]) { state.withLock { $0.uids.formUnion(uids) } }

    func take(_ status: StatusResponse) { state.withLock { $0.moved.take(status) } }

    var uids: Set<UInt32> { state.withLock { $0.uids } }

    /// Where they are now, as far as the server has said so.
    var moved: MovedMessages { state.withLock { $0.moved } }

    /// Of the folder that they were in, which must be the same for all connections.
    var uidValidity: UInt32? {
        get { state.withLock { $0.uidValidity } }
        set { state.withLock { $0.uidValidity = newValue } }
    }
}

/// Which identifiers messages have where they were copied or moved to (RFC 4315).
struct MovedMessages: Sendable {
    private(set) var uidValidity: UInt32?
    private(set) var uids: [UInt32: UInt32] = [:]

    mutating func take(_ status: StatusResponse) {
        guard status.code == "COPYUID" else { return }
        let words = status.codeArguments.split(separator: " ")
        guard words.count == 3, let validity = UInt32(words[0]), let old = UIDSet.parse(words[1]),
            let new = UIDSet.parse(words[2]), old.count == new.count
        else { return }
        uidValidity = validity
        for (old, new) in zip(old, new) { uids[old] = new }
    }
}
