import Synchronization

/// What a ``FaultServer`` has seen so far, and who waits for more of it.
final class ServerRecord: Sendable {
    private struct State {
        var requests: [FaultServer.Request] = []
        var connections = 0
        var ended = 0
        var bytesSent: Int64 = 0
        var requestWaiters: [(count: Int, continuation: CheckedContinuation<[FaultServer.Request], Never>)] = []
        var endWaiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var requests: [FaultServer.Request] { state.withLock { $0.requests } }
    var connectionCount: Int { state.withLock { $0.connections } }
    var bytesSent: Int64 { state.withLock { $0.bytesSent } }

    func sent(_ count: Int) { state.withLock { $0.bytesSent += Int64(count) } }

    func connectionStarted() -> Int {
        state.withLock { state in
            state.connections += 1
            return state.connections
        }
    }

    func add(_ request: FaultServer.Request) {
        state.withLock { state in
            state.requests.append(request)
            for waiter in state.requestWaiters where waiter.count <= state.requests.count {
                waiter.continuation.resume(returning: state.requests)
            }
            state.requestWaiters.removeAll { $0.count <= state.requests.count }
        }
    }

    func connectionEnded() {
        state.withLock { state in
            state.ended += 1
            for waiter in state.endWaiters where waiter.count <= state.ended { waiter.continuation.resume() }
            state.endWaiters.removeAll { $0.count <= state.ended }
        }
    }

    func requests(atLeast count: Int) async -> [FaultServer.Request] {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                if state.requests.count >= count {
                    continuation.resume(returning: state.requests)
                } else {
                    state.requestWaiters.append((count, continuation))
                }
            }
        }
    }

    func connectionsEnded(atLeast count: Int) async {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                if state.ended >= count {
                    continuation.resume()
                } else {
                    state.endWaiters.append((count, continuation))
                }
            }
        }
    }
}
