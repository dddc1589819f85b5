import FlowCore

/// The items of a loop in their order: a list, or as many pages of a step's output as are needed.
struct LoopFeed: Sendable {
    /// Where more items come from; nil where the list is whole.
    private(set) var spool: Spool?
    /// What the items of a list are called; nil where not all of them are known.
    let keys: ItemKeys?
    private var items: [Value]
    /// The index of the first of ``items``.
    private var base = 0
    private var taken = 0
    private var pages = 0

    init(_ items: [Value], keys: ItemKeys) {
        self.items = items
        self.keys = keys
    }

    init(from spool: Spool) {
        self.spool = spool
        items = []
        keys = nil
    }

    /// How many there are; nil where that is not known yet.
    var count: Int? { spool == nil ? base + items.count : nil }
    /// The page to ask for when there are few items left.
    var nextPage: Int { pages + 1 }

    /// Whether the next page should be asked for.
    ///
    /// - Parameter window: how many items may run at once.
    func needsMore(for window: Int) -> Bool { spool != nil && items.count - taken < window }

    mutating func take() -> (index: Int, item: Value)? {
        guard taken < items.count else { return nil }
        defer { taken += 1 }
        return (base + taken, items[taken])
    }

    mutating func add(_ page: [Value], isLast: Bool) {
        base += taken
        items.removeFirst(taken)
        taken = 0
        items += page
        pages += 1
        if isLast { spool = nil }
    }
}

/// The items that a page of a step's output gives a loop.
struct LoopPage: Sendable {
    var items: [Value]
    var isLast: Bool
}
