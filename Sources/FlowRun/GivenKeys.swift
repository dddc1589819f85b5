import FlowCore
import FlowStore

/// The idempotency keys that the steps and items of a run give their writes.
///
/// To a service one key is one piece of work: a second item with the same key would be answered with what the first one
/// got, and its work never done. Hashes are kept, 16 bytes for each key, as there may be a million.
actor GivenKeys {
    /// Hashes of service and key to those of the places that have them.
    private var owners: [Int: Int] = [:]
    /// Takes from the journal what earlier processes have sent; nil once that is done.
    private var recalling: Task<Void, any Error>?
    private var isRecalled: Bool

    /// - Parameter isResumed: whether earlier processes may have given keys.
    init(isResumed: Bool) { isRecalled = !isResumed }

    /// - Parameters:
    ///   - service: whom the key is for: the group of its node.
    ///   - place: of the step or item.
    ///   - journal: knows the keys that earlier processes have given.
    /// - Throws: `invalid` where another step or item of the run has given it.
    func take(
        _ key: String, for service: String, at place: Place, _ span: SourceSpan, _ journal: any Journal
    ) async throws {
        try await recall(journal)
        let owner = place.fullPath.hashValue
        guard owners[hash(key, service), default: owner] == owner else {
            throw Failure(
                .invalid, "idempotency_key: another step or item of this run has the key \(JSON.quoted(key)), too",
                hint: "let it depend on what differs, as on the items of all loops around \(JSON.quoted(place.name))",
                position: span)
        }
        owners[hash(key, service)] = owner
    }

    private func recall(_ journal: any Journal) async throws {
        guard !isRecalled else { return }
        let task = recalling ?? Task { try await self.readAll(of: journal) }
        recalling = task
        try await task.value
    }

    private func readAll(of journal: any Journal) async throws {
        var last: KeyedAttempt?
        while true {
            let page = try await journal.keyedAttempts(after: last, limit: 1000)
            for sent in page where sent.attempt.mayBeDone {
                guard let key = sent.attempt.intent.key else { continue }
                let service = String(sent.node.prefix { $0 != "." })
                let place = Place(path: sent.path, item: sent.attempt.item)
                owners[hash(key, service)] = place.fullPath.hashValue
            }
            last = page.last
            guard page.count == 1000 else { break }
        }
        isRecalled = true
    }

    private func hash(_ key: String, _ service: String) -> Int {
        var hasher = Hasher()
        hasher.combine(service)
        hasher.combine(key)
        return hasher.finalize()
    }
}
