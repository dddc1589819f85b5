import FlowNodes

/// Lets Ctrl-C cancel a piece of work, and a second one end the process.
enum Interruption {
    static func cancellable<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) async throws -> T {
        let task = Task { try await body() }
        let signals = try SignalWatch(onFirst: { _ in task.cancel() }, onSecond: { _ in LiveProcesses.killAll() })
        defer { signals.end() }
        return try await task.value
    }
}
