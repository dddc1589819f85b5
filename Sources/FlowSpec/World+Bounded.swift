import FlowCore

extension World {
    /// Runs `work` for at most `timeout`, and waits until it has really ended.
    ///
    /// - Throws: what `work` throws; a failure of kind `timeout` where the time was up before it succeeded.
    package func bounded<T: Sendable>(
        _ timeout: Duration?, _ work: @escaping @Sendable () async throws -> T
    ) async throws -> T {
        guard let timeout else { return try await work() }
        return try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask { try await work() }
            group.addTask { [clock] in
                // Cancelled when the work is done first.
                try? await clock.sleep(timeout)
                return nil
            }
            defer { group.cancelAll() }
            if let first = try await group.next(), let value = first { return value }
            if Task.isCancelled { return try await settled(&group) }
            group.cancelAll()
            do {
                return try await settled(&group)
            } catch {
                let failure = Failure(error)
                guard failure.kind == .cancelled || failure.kind == .timeout else { throw failure }
                throw Failure(
                    .timeout, "took longer than its timeout of \(timeout.celText)", nothingSent: failure.nothingSent)
            }
        }
    }

    private func settled<T: Sendable>(_ group: inout ThrowingTaskGroup<T?, any Error>) async throws -> T {
        while let next = try await group.next() {
            if let value = next { return value }
        }
        throw CancellationError()
    }
}
