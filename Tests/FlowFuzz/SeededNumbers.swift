/// Numbers that look random and are the same for the same seed (G. Steele and others, SplitMix).
package struct SeededNumbers {
    private var state: UInt64

    /// The numbers of one case of a run; neighbouring cases have nothing in common.
    package init(seed: UInt64, number: UInt64 = 0) {
        state = seed
        state = next() ^ number &* 0x9E37_79B9_7F4A_7C15
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// From 0 up to but without `limit`.
    package mutating func below(_ limit: Int) -> Int { Int(next() >> 33) % max(limit, 1) }

    /// True once in so many times.
    package mutating func once(in count: Int) -> Bool { below(count) == 0 }

    package mutating func pick<Item>(_ items: [Item]) -> Item { items[below(items.count)] }
}
