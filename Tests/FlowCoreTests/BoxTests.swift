import FlowCore
import Testing

@Suite struct BoxTests {
    private struct Holder: Sendable, Hashable {
        @Boxed var rare: String?
        var other = 1
    }

    private struct Pair: Sendable {
        @Indirect var large: [Int]
    }

    @Test func copiesOfABoxedValueAreApart() {
        let first = Holder(rare: "a")
        var second = first
        #expect(second == first)
        #expect(second.hashValue == first.hashValue)
        second.rare = "b"
        #expect(first.rare == "a")
        #expect(second.rare == "b")
        second.rare = nil
        #expect(second == Holder())
        #expect(MemoryLayout<Boxed<[String]>>.size == MemoryLayout<Int>.size)
    }

    @Test func copiesOfAnIndirectValueAreApart() {
        let first = Pair(large: [1])
        var second = first
        second.large.append(2)
        #expect(first.large == [1])
        #expect(second.large == [1, 2])
        #expect(MemoryLayout<Pair>.size == MemoryLayout<Int>.size)
    }
}
