import FlowCore
import FlowTestKit
import Synchronization
import Testing

@testable import FlowConnect

/// What many ask for at once is asked once.
@Suite struct SharedAnswerTests {
    private let answers = SharedAnswers<String, Int>()
    private let asked = Counter()

    /// Counts, and lets others come meanwhile.
    private func ask(_ outcome: @Sendable (Int) throws -> Int = { $0 }) async throws -> Int {
        let number = asked.next()
        for _ in 0..<50 { await Task.yield() }
        return try outcome(number)
    }

    @Test func everybodyGetsTheAnswerOfTheFirst() async throws {
        let found = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { try await answers.answer(to: "a") { try await ask() } } }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(found == [1])
        #expect(try await answers.answer(to: "a") { try await ask() } == 1)
        #expect(try await answers.answer(to: "b") { try await ask() } == 2)
    }

    @Test func aFailureIsThatOfAllWhoWaitedAndIsNotKept() async throws {
        let failures = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    do {
                        _ = try await answers.answer(to: "a") { try await ask { _ in throw Failure(.network, "gone") } }
                        return false
                    } catch {
                        return Failure(error).message == "gone"
                    }
                }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(!failures.contains(false))
        let before = asked.count
        #expect(try await answers.answer(to: "a") { try await ask() } == before + 1)
    }

    @Test func anotherAsksWhereTheFirstWasCancelled() async throws {
        let hasBegun = Flag()
        let first = Task {
            try await answers.answer(to: "a") {
                hasBegun.raise()
                while !Task.isCancelled { await Task.yield() }
                throw CancellationError()
            }
        }
        await hasBegun.wait()
        let second = Task { try await answers.answer(to: "a") { 7 } }
        first.cancel()
        #expect(try await second.value == 7)
        await #expect(throws: Failure.self) { try await first.value }
    }

    @Test func whoWaitsMayBeCancelled() async throws {
        let hasBegun = Flag()
        let mayEnd = Flag()
        let first = Task {
            try await answers.answer(to: "a") {
                hasBegun.raise()
                await mayEnd.wait()
                return 7
            }
        }
        await hasBegun.wait()
        let second = Task { try await answers.answer(to: "a") { 8 } }
        second.cancel()
        await #expect(throws: (any Error).self) { try await second.value }
        mayEnd.raise()
        #expect(try await first.value == 7)
    }

    @Test func whatWasAskedForLongAgoIsForgotten() async throws {
        let few = SharedAnswers<Int, Int>(capacity: 2)
        for question in 1...2 { #expect(try await few.answer(to: question) { question } == question) }
        for question in 3...9 {
            #expect(try await few.answer(to: question) { question } == question)
            #expect(try await few.answer(to: 1) { 0 } == 1)
        }
        #expect(try await few.answer(to: 9) { 0 } == 9)
        #expect(try await few.answer(to: 2) { 0 } == 0)
    }

    @Test func anAnswerThatIsNoLongerGoodIsAskedForAgain() async throws {
        #expect(try await answers.answer(to: "a") { 1 } == 1)
        #expect(try await answers.answer(to: "a", isGood: { $0 > 1 }) { 2 } == 2)
        await answers.forget("a") { $0 == 1 }
        #expect(try await answers.answer(to: "a") { 3 } == 2)
        await answers.forget("a") { $0 == 2 }
        #expect(try await answers.answer(to: "a") { 3 } == 3)
    }
}

private final class Counter: Sendable {
    private let state = Mutex(0)

    var count: Int { state.withLock { $0 } }

    func next() -> Int {
        state.withLock { count in
            count += 1
            return count
        }
    }
}

private final class Flag: Sendable {
    private let isUp = Mutex(false)

    func raise() { isUp.withLock { $0 = true } }

    func wait() async { while !isUp.withLock({ $0 }) { await Task.yield() } }
}
