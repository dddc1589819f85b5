package import FlowCore

/// A node whose output is a list that comes in pages, such as what a server lists or a query finds.
///
/// Where only loops read that output, each page is kept as it comes and none stays in memory; a loop may begin with the
/// first one.
package protocol PagedNode: Node {
    /// Whether the output comes so for these arguments.
    func comesInPages(_ arguments: Arguments) -> Bool

    /// Gives the pages in order, the last of them without ``Page/next``.
    ///
    /// - Parameters:
    ///   - mark: ``Page/next`` of the last page that was kept, perhaps by an earlier process; nil from the beginning.
    ///   - take: keeps a page; what it throws ends the reading.
    /// - Throws: a `Failure` of kind `conflict` where what came before the mark is not what it was.
    func pages(
        _ arguments: Arguments, from mark: Value?, in context: NodeContext,
        _ take: @escaping @Sendable (Page) async throws -> Void
    ) async throws
}

/// Some of the items of a list, in order.
package struct Page: Sendable, Hashable {
    package var items: [Value]
    /// Where the following page begins, in the words of the node that gave it; nil where this is the last.
    package var next: Value?

    package init(_ items: [Value], next: Value? = nil) {
        self.items = items
        self.next = next
    }
}
