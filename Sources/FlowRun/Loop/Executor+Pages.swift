import FlowCore
import FlowSpec
import FlowStore
import FlowWorkflow
import Synchronization

extension Executor {
    /// Where the output of a step goes page by page; nil where something needs it whole.
    func spool(of prepared: PreparedStep, in frame: Frame) -> Spool? {
        mayKeepPages(prepared) ? frame.makeSpool(of: prepared.step.id) : nil
    }

    /// Whether the output of a step may go page by page.
    func mayKeepPages(_ prepared: PreparedStep) -> Bool {
        prepared.mayComeInPages && reads.onlyLoopsRead(prepared.step.id)
    }

    /// Reads the pages of a node into the journal, after those that are there already. The next is asked for when the
    /// last one is written down, however far the loops are: a cursor that waited for them might expire, and a database
    /// would stay locked.
    func fill(_ spool: Spool, by node: any PagedNode, _ request: Request) async throws {
        var kept = 0
        var last: StoredValue?
        while let stored = try await storedPage(kept + 1, of: spool.path) {
            kept += 1
            last = stored
        }
        let page = try last.map { Page(try open($0)) }
        spool.add(kept)
        if let page, page.next == nil { return }
        let count = Mutex(kept)
        try await node.pages(request.arguments, from: page?.next, in: request.context) { page in
            let number = count.withLock { count in
                count += 1
                return count
            }
            let stored = try self.store(self.setup.masker.marked(page.asValue))
            try await self.journal.commit(
                [.checkpoint(path: spool.path, item: nil, name: JournalRecord.pageName(number), stored)], synced: false)
            spool.add(number)
        }
    }

    /// A page of a step's output, as soon as there is one.
    ///
    /// - Parameter number: from 1.
    /// - Returns: nil where the step ended without it.
    func page(_ number: Int, of spool: Spool) async throws -> Page? {
        // An earlier process may have left more pages than this one has heard of.
        var stored = try await storedPage(number, of: spool.path)
        if stored == nil, await spool.holds(number) { stored = try await storedPage(number, of: spool.path) }
        return try stored.map { Page(try open($0)) }
    }

    /// The output of a step that was kept in pages, for what needs it whole; nil where it was not.
    func listOfPages(of path: String) async throws -> Value? {
        var items: [Value] = []
        var count = 0
        while let stored = try await storedPage(count + 1, of: path) {
            items += Page(try open(stored)).items
            count += 1
        }
        return count > 0 ? .list(items) : nil
    }

    private func storedPage(_ number: Int, of path: String) async throws -> StoredValue? {
        try await journal.checkpoint(JournalRecord.pageName(number), of: path, item: nil)
    }
}

extension Page {
    init(_ stored: Value) {
        self.init(stored["items"]?.listValue ?? [], next: stored["next"])
    }

    var asValue: Value {
        var map = ValueMap([("items", .list(items))])
        map["next"] = next
        return .map(map)
    }
}
