import FlowCore
import Testing

@Suite struct StaticTypeTests {
    @Test func whatIsUnknownMayBeAnything() {
        for kind in ValueType.allCases { #expect(StaticType.dynamic.may(be: kind)) }
        #expect(StaticType.dynamic.item == .dynamic)
        #expect(StaticType.dynamic.members?["any"] == .dynamic)
        #expect(StaticType.dynamic.held == .dynamic)
        #expect(StaticType.dynamic.texts == nil)
    }

    @Test func joiningKeepsWhatBothAllow() {
        let joined = StaticType.list(of: .int).joined(with: .list(of: .string)).joined(with: .null)
        #expect(joined.kinds == [.list, .null])
        #expect(joined.item == .int.joined(with: .string))
        #expect(StaticType.text(["a"]).joined(with: .text(["b", "a"])).texts == ["a", "b"])
        #expect(StaticType.text(["a"]).joined(with: .string) == .string)
        #expect(StaticType.dynamic.joined(with: .int) == .dynamic)
    }

    @Test func recordsKnowTheirKeys() {
        let record = StaticType.record([("a", .int), ("b", .string)])
        #expect(record.members?.names == ["a", "b"])
        #expect(record.members?["c"] == nil)
        #expect(record.members?.all == .int.joined(with: .string))
        let joined = record.joined(with: .record([("c", .bool)]))
        #expect(joined.members?["a"] == .int)
        #expect(joined.members?["c"] == .bool)
        #expect(record.joined(with: .map(of: .double)).members?["c"] == .double)
    }

    @Test func aValueHasItsType() {
        let type = StaticType(of: ["name": "a", "tags": ["x", "y"], "n": 1, "none": nil])
        #expect(type.members?["name"] == .text(["a"]))
        #expect(type.members?["tags"]?.item == .text(["x", "y"]))
        #expect(type.members?["none"] == .null)
        #expect(type.widened.members?["tags"] == .list(of: .string))
        #expect(StaticType(of: .secret("s")).widened == .string)
        #expect(StaticType(of: []).item == .dynamic)
    }

    @Test func takingKindsAwayMayLeaveNothing() {
        #expect(StaticType.int.orNull.without([.null]) == .int)
        #expect(StaticType.null.without([.null]) == nil)
        #expect(StaticType.int.overlaps(.number))
        #expect(!StaticType.int.overlaps(.string.orNull))
    }
}
