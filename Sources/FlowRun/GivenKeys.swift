import FlowCore
import Synchronization

/// The idempotency keys that the steps and items of a run give their writes.
///
/// To a service one key is one piece of work: a second item with the same key would be answered with what the first one
/// got, and its work never done. Hashes are kept, 8 bytes each, as there may be a million.
final class GivenKeys: Sendable {
    private let hashes = Mutex<Set<Int>>([])

    /// - Parameters:
    ///   - service: whom the key is for: the group of its node.
    ///   - place: of the step, for the message.
    /// - Throws: `invalid` where another step or item of the run has given it.
    func take(_ key: String, for service: String, at place: Place, _ span: SourceSpan) throws(Failure) {
        var hasher = Hasher()
        hasher.combine(service)
        hasher.combine(key)
        let hash = hasher.finalize()
        guard hashes.withLock({ $0.insert(hash).inserted }) else {
            throw Failure(
                .invalid, "idempotency_key: another step or item of this run has the key \(JSON.quoted(key)), too",
                hint: "let it depend on what differs, as on the items of all loops around \(JSON.quoted(place.name))",
                position: span)
        }
    }
}
