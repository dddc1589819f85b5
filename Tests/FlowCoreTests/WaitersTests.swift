import FlowCore
import Synchronization
import Testing

@Suite("Tasks that wait for another one")
struct WaitersTests {
    /// Lets one task after the other through, as a pool of one place.
    private actor Turnstile {
        let waiters = Waiters<Int>()
        private var isTaken = false
        private(set) var arrivals = 0
        private(set) var order: [Int] = []

        func enter(_ number: Int) async throws {
            arrivals += 1
            if isTaken { _ = try await waiters.wait() }
            isTaken = true
            order.append(number)
        }

        func leave() { if !waiters.resumeFirst(with: .success(0)) { isTaken = false } }

        /// Nobody can have resumed it before it waits, as that takes the actor as well.
        func waitForOwnTask() async throws -> Int {
            Task { resume() }
            return try await waiters.wait()
        }

        private func resume() { waiters.resumeAll(with: .success(7)) }
    }

    /// Tells when a task has come to wait.
    private final class Line: Sendable {
        let waiters = Waiters<Int>()
        private let arrivals = Atomic(0)

        func wait() async throws -> Int {
            try await waiters.wait {
                arrivals.add(1, ordering: .releasing)
                return nil
            }
        }

        func arrivals(_ count: Int) async {
            while arrivals.load(ordering: .acquiring) < count { await Task.yield() }
        }
    }

    @Test("the first to come is the first to be resumed, and who is cancelled has left the line")
    func order() async throws {
        let turnstile = Turnstile()
        try await turnstile.enter(0)
        var tasks: [Task<Void, any Error>] = []
        for number in 1...4 {
            tasks.append(Task { try await turnstile.enter(number) })
            while await turnstile.arrivals <= number { await Task.yield() }
        }
        tasks[1].cancel()
        await #expect(throws: CancellationError.self) { try await tasks[1].value }
        for task in [tasks[0], tasks[2], tasks[3]] {
            await turnstile.leave()
            try await task.value
        }
        #expect(await turnstile.order == [0, 1, 3, 4])
        #expect(!turnstile.waiters.resumeFirst(with: .success(0)))
    }

    @Test("all who wait get the same outcome, and nothing is left for who comes later")
    func all() async throws {
        let line = Line()
        let tasks = (0..<50).map { _ in Task { try await line.wait() } }
        await line.arrivals(tasks.count)
        line.waiters.resumeAll(with: .failure(Failure(.conflict, "no")))
        for task in tasks { await #expect(throws: Failure(.conflict, "no")) { try await task.value } }
        #expect(!line.waiters.resumeFirst(with: .success(1)))
    }

    @Test("what is known already is not waited for, not even by a task that was cancelled")
    func known() async throws {
        let waiters = Waiters<Int>()
        #expect(try await waiters.wait { 3 } == 3)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await waiters.wait { 4 }
        }
        task.cancel()
        #expect(try await task.value == 4)
    }

    @Test("a task that was cancelled before doesn't wait")
    func cancelledBefore() async {
        let waiters = Waiters<Int>()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await waiters.wait()
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("a task waits before its actor does anything else")
    func onActor() async throws {
        let turnstile = Turnstile()
        for _ in 0..<200 { #expect(try await turnstile.waitForOwnTask() == 7) }
    }

    @Test("whether it is resumed or cancelled first, each task ends once, and no place is lost")
    func races() async throws {
        let line = Line()
        for round in 0..<500 {
            let task = Task { try await line.wait() }
            await line.arrivals(round + 1)
            let cancelling = Task.detached { task.cancel() }
            let wasResumed = line.waiters.resumeFirst(with: .success(round))
            await cancelling.value
            if wasResumed {
                #expect(try await task.value == round)
            } else {
                await #expect(throws: CancellationError.self) { try await task.value }
            }
        }
    }
}
