import FlowCore
import Glibc
import Synchronization
import Testing

@Suite("Threads for work that waits")
struct OwnThreadTests {
    @Test("work that waits for other work has a thread each, however much there is")
    func allAtOnce() async throws {
        let count = 200
        let barrier = Barrier(count)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<count {
                group.addTask {
                    try await OwnThread.run {
                        barrier.pass()
                        return number
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == count * (count - 1) / 2)
    }

    @Test("what the work throws reaches who waits for it, and the thread serves on")
    func failure() async throws {
        for _ in 0..<3 {
            await #expect(throws: Failure(.conflict, "no")) {
                try await OwnThread.run { throw Failure(.conflict, "no") }
            }
        }
        #expect(try await OwnThread.run { 7 } == 7)
    }

    @Test("one piece of work after the other doesn't take a thread each")
    func kept() async throws {
        var threads: Set<UInt> = []
        for _ in 0..<50 { threads.insert(try await OwnThread.run { UInt(bitPattern: pthread_self().hashValue) }) }
        #expect(threads.count < 50)
    }
}

/// Lets none pass before all have come.
private final class Barrier: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    func pass() {
        left.withLock { $0 -= 1 }
        while left.withLock({ $0 > 0 }) { usleep(100) }
    }
}
