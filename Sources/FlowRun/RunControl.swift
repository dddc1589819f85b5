import FlowCore
import FlowSpec
import Synchronization

/// Stops a run: first gently, then at once.
final class RunControl: Sendable {
    /// Why a run stops before its end.
    enum Reason: Sendable, Hashable {
        case cancelled
        case timedOut(Duration)
        /// The journal can't be written any more.
        case journalLost(Failure)
    }

    private struct State {
        var reason: Reason?
        var isAborted = false
        var work: [Int: @Sendable () -> Void] = [:]
        /// Waits that end as soon as nothing new may start.
        var waits: [Int: @Sendable () -> Void] = [:]
        /// What only a second signal ends.
        var handlers: [Int: @Sendable () -> Void] = [:]
        var lastNumber = 0
    }

    enum Kind { case work, wait, handler }

    private let state = Mutex(State())
    private let clock: any WallClock
    private let grace: Duration

    init(clock: any WallClock, grace: Duration) {
        self.clock = clock
        self.grace = grace
    }

    var reason: Reason? { state.withLock { $0.reason } }

    /// Whether a new step, item or attempt may start.
    func mayStart(isHandler: Bool) -> Bool {
        state.withLock { state in
            if case .journalLost = state.reason { return false }
            return isHandler ? !state.isAborted : state.reason == nil
        }
    }

    /// Lets nothing new start; what runs is cancelled after the grace period, at once where the run's time is up.
    func stop(_ reason: Reason) {
        let waits = state.withLock { state -> [@Sendable () -> Void]? in
            guard state.reason == nil else { return nil }
            state.reason = reason
            return Array(state.waits.values)
        }
        guard let waits else { return }
        for end in waits { end() }
        switch reason {
        case .timedOut: cancelWork()
        case .cancelled, .journalLost:
            Task { [clock, grace] in
                try? await clock.sleep(grace)
                self.cancelWork()
            }
        }
    }

    /// Cancels everything, handlers too.
    func abort() {
        let all = state.withLock { state in
            state.reason = state.reason ?? .cancelled
            state.isAborted = true
            return Array(state.work.values) + Array(state.waits.values) + Array(state.handlers.values)
        }
        for cancel in all { cancel() }
    }

    private func cancelWork() {
        for cancel in state.withLock({ Array($0.work.values) }) { cancel() }
    }

    /// Runs `body` as a task that this control can cancel.
    func supervise<T: Sendable>(_ kind: Kind, _ body: @escaping @Sendable () async -> T) async -> T {
        let task = Task { await body() }
        let number = register(kind) { task.cancel() }
        defer { unregister(number) }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// Runs `body`, a part of the run with a control of its own that is told when this one stops. Where the task is
    /// cancelled the part's steps are, and its handlers run.
    ///
    /// - Parameter isHandler: whether the part goes on when nothing new may start but handlers.
    func lead<T: Sendable>(
        _ part: RunControl, isHandler: Bool, _ body: @escaping @Sendable () async -> T
    ) async -> T {
        let numbers = [
            isHandler ? nil : register(.wait) { part.stop(.cancelled) }, register(.handler) { part.abort() },
        ]
        defer { for case let number? in numbers { unregister(number) } }
        return await withTaskCancellationHandler {
            await Task { await body() }.value
        } onCancel: {
            part.stop(.cancelled)
            part.cancelWork()
        }
    }

    /// Waits.
    ///
    /// - Returns: false where the run was stopped meanwhile.
    func sleep(_ duration: Duration, isHandler: Bool) async -> Bool {
        guard mayStart(isHandler: isHandler) else { return false }
        let finished = await supervise(isHandler ? .handler : .wait) { [clock] in
            (try? await clock.sleep(duration)) != nil
        }
        return finished && mayStart(isHandler: isHandler)
    }

    private func register(_ kind: Kind, _ cancel: @escaping @Sendable () -> Void) -> Int {
        let (number, isLate) = state.withLock { state in
            state.lastNumber += 1
            switch kind {
            case .work: state.work[state.lastNumber] = cancel
            case .wait: state.waits[state.lastNumber] = cancel
            case .handler: state.handlers[state.lastNumber] = cancel
            }
            return (state.lastNumber, state.isAborted || kind == .wait && state.reason != nil)
        }
        if isLate { cancel() }
        return number
    }

    private func unregister(_ number: Int) {
        state.withLock { state in
            state.work[number] = nil
            state.waits[number] = nil
            state.handlers[number] = nil
        }
    }
}
