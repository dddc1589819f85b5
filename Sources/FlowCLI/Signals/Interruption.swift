import FlowNodes

/// Lets Ctrl-C cancel a piece of work, and a second one end the process.
enum Interruption {
    /// Begins only when signals are watched: what the work shows may bring somebody to press the keys at once.
    static func cancellable<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) async throws -> T {
        let begin = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            for await _ in begin.stream {}
            try Task.checkCancellation()
            return try await body()
        }
        let signals: SignalWatch
        do {
            signals = try SignalWatch(onFirst: { _ in task.cancel() }, onSecond: { _ in LiveProcesses.killAll() })
        } catch {
            task.cancel()
            throw error
        }
        defer { signals.end() }
        begin.continuation.finish()
        return try await task.value
    }
}
