import FlowCore
import FlowSpec
import Synchronization

/// The shared records as long as they work; from their first failure on, records of this process alone.
///
/// A state database that is damaged, locked or can't be written is no reason to send nothing: requests go on with
/// limits that other processes don't know of.
final class FallbackRecords: SharedRecords {
    private let shared: any SharedRecords
    private let own = ProcessRecords()
    private let state = Mutex<(failure: Failure?, isTold: Bool)>((nil, false))

    init(_ shared: any SharedRecords) { self.shared = shared }

    func update<T: Sendable>(
        _ key: SharedRecord.Key, _ change: @escaping @Sendable (inout SharedRecord?) -> T
    ) async -> T {
        if let result = await attempt({ try await shared.update(key, change) }) { return result }
        return await own.update(key, change)
    }

    func record(_ key: SharedRecord.Key) async -> SharedRecord? {
        if let result = await attempt({ try await shared.record(key) }) { return result }
        return await own.update(key) { $0 }
    }

    func identity(of credential: Credential) async -> String {
        if let identity = await attempt({ try await shared.identity(of: credential) }) { return identity }
        return await own.identity(of: credential)
    }

    /// Why the records are not shared, once.
    func untoldFailure() -> Failure? {
        state.withLock { state in
            guard let failure = state.failure, !state.isTold else { return nil }
            state.isTold = true
            return failure
        }
    }

    private func attempt<T: Sendable>(_ work: () async throws -> T) async -> T? {
        guard state.withLock({ $0.failure == nil }) else { return nil }
        do {
            return try await work()
        } catch {
            state.withLock { $0.failure = $0.failure ?? Failure(error) }
            return nil
        }
    }
}
