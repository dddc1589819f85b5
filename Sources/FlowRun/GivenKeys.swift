import FlowCore
import FlowStore
import FlowWorkflow

/// The idempotency keys that the steps and items of a run give their writes.
///
/// To a service one key is one piece of work: a second item with the same key would be answered with what the first one
/// got, and its work never done. Hashes are kept, 16 bytes for each key, as there may be a million.
actor GivenKeys {
    /// Hashes of service and key to those of the places that have them.
    private var owners: [Int: Int] = [:]
    private static let pageSize = 1000
    /// Paths of the steps that the run's file has.
    private lazy var paths = Set(workflow.stepPaths())
    private let workflow: Workflow
    /// The last attempt that was read of what earlier processes have sent.
    private var last: KeyedAttempt?
    /// Reads the next of them, for all who wait.
    private var reading: Task<Void, any Error>?
    private var isRecalled: Bool

    /// - Parameters:
    ///   - workflow: the one that the run goes on with.
    ///   - isResumed: whether earlier processes may have given keys.
    init(of workflow: Workflow, isResumed: Bool) {
        self.workflow = workflow
        isRecalled = !isResumed
    }

    /// - Parameters:
    ///   - service: whom the key is for: the group of its node.
    ///   - place: of the step or item.
    ///   - journal: knows the keys that earlier processes have given.
    /// - Throws: `invalid` where another step or item of the run has given it.
    func take(
        _ key: String, for service: String, at place: Place, _ span: SourceSpan, _ journal: any Journal
    ) async throws {
        try await recall(journal)
        let owner = owner(place)
        guard owners[hash(key, service), default: owner] == owner else {
            throw Failure(
                .invalid, "idempotency_key: another step or item of this run has the key \(JSON.quoted(key)), too",
                hint: "let it depend on what differs, as on the items of all loops around \(JSON.quoted(place.name))",
                position: span)
        }
        owners[hash(key, service)] = owner
    }

    private func recall(_ journal: any Journal) async throws {
        while !isRecalled {
            try Task.checkCancellation()
            let page = reading ?? Task { try await self.readPage(of: journal) }
            reading = page
            try await page.value
        }
    }

    private func readPage(of journal: any Journal) async throws {
        // Whoever comes next reads on, or tries again.
        defer { reading = nil }
        let page = try await journal.keyedAttempts(after: last, limit: GivenKeys.pageSize)
        for sent in page where sent.attempt.mayBeDone {
            // Where an edited file calls the step otherwise, the key is what keeps its work from being done twice.
            guard let key = sent.attempt.intent.key, paths.contains(sent.path.withoutItems) else { continue }
            let service = String(sent.node.prefix { $0 != "." })
            owners[hash(key, service)] = owner(Place(path: sent.path, item: sent.attempt.item))
        }
        last = page.last ?? last
        isRecalled = page.count < GivenKeys.pageSize
    }

    /// Handlers that follow anew are the same steps, and their keys the same work.
    private func owner(_ place: Place) -> Int { place.fullPath.withoutRounds.hashValue }

    private func hash(_ key: String, _ service: String) -> Int {
        var hasher = Hasher()
        hasher.combine(service)
        hasher.combine(key)
        return hasher.finalize()
    }
}

extension String {
    /// A path with nothing about how often handlers have run: `one[3]/on_error/tell` of `one[3]/on_error#2/tell`.
    fileprivate var withoutRounds: String {
        guard utf8.contains(UInt8(ascii: "#")) else { return self }
        return split(separator: "/", omittingEmptySubsequences: false).map { part in
            // An id has no such sign, and neither has the index of an item.
            String(part.prefix { $0 != "#" })
        }.joined(separator: "/")
    }
}
