package import FlowCore
import FlowSpec
import Synchronization

/// What an earlier attempt has left, and what this one adds.
package final class KeptCheckpoints: Checkpoints {
    private let saved: Mutex<ValueMap>
    private let keepsSecrets: Bool

    /// - Parameter keepsSecrets: whether there is something that can seal them.
    package init(_ done: ValueMap = ValueMap(), keepsSecrets: Bool = true) {
        saved = Mutex(done)
        self.keepsSecrets = keepsSecrets
    }

    /// What is kept, without what was taken back.
    package var values: ValueMap {
        saved.withLock { saved in ValueMap(saved.filter { !$0.value.isNull }.map { ($0.key.text, $0.value) }) }
    }

    package func load(_ name: String) async throws -> Value? { saved.withLock { $0[name] } }
    package func save(_ name: String, _ value: Value) async throws -> Bool {
        guard keepsSecrets || !value.containsSecret else { return false }
        saved.withLock { $0[name] = value }
        return true
    }
}
