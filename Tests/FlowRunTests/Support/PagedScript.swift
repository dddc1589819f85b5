import FlowCore
import FlowSpec
import Synchronization

/// `test.pages`: a node whose list comes in the pages a test gives, and may end in a failure before one of them.
final class PagedScript: NodeSource, PagedNode {
    let spec = NodeSpec("test.pages", summary: "Gives pages.", effect: .read, parameters: [Parameter("of", .any)])
    private let lists: [[Value]]
    /// Is asked before each page, from 1.
    private let before: @Sendable (Int) async throws -> Void
    private let log = Mutex<[Int]>([])

    init(_ lists: [[Value]], before: @escaping @Sendable (Int) async throws -> Void = { _ in }) {
        self.lists = lists
        self.before = before
    }

    /// The numbers of the pages that have been made, over all runs.
    var made: [Int] { log.withLock { $0 } }

    let names = ["test.pages"]
    func node(named name: String) -> (any Node)? { name == "test.pages" ? self : nil }

    func comesInPages(_ arguments: Arguments) -> Bool { true }

    func pages(
        _ arguments: Arguments, from mark: Value?, in context: NodeContext,
        _ take: @escaping @Sendable (Page) async throws -> Void
    ) async throws {
        for number in Int(mark?.intValue ?? 1)...lists.count {
            try await before(number)
            log.withLock { $0.append(number) }
            let next = number == lists.count ? Value?.none : .int(Int64(number + 1))
            try await take(Page(lists[number - 1], next: next))
        }
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        for number in 1...lists.count { try await before(number) }
        return .list(lists.flatMap(\.self))
    }
}
