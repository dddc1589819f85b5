import FlowCore
import Testing

@testable import FlowMongo

/// Values to BSON and back, without a server.
@Suite(.enabled(if: (try? MongoLibrary.require()) != nil, "install libmongoc-1.0-0"))
struct BSONTests {
    private func roundTrip(_ value: Value, as form: BSONForm = .extended) throws -> Value? {
        try BSONReader.read(BSONWriter.document(ValueMap([("v", value)]), at: "document"), as: form)["v"]
    }

    @Test(
        arguments: [
            .null, true, false, 0, -1, 2_147_483_647, 2_147_483_648, .int(.max), .int(.min), 0.5, -0.0, 1e300, "",
            "text",
            "naïve 🙂", [], [1, "a", [nil]], .map(ValueMap()), ["a": ["b": [1, 2.5]]],
        ] as [Value])
    func whatJSONHasStaysAsItIs(_ value: Value) throws {
        let back = try roundTrip(value)
        #expect(back == value)
        #expect(back?.type == value.type)
    }

    @Test(
        arguments: [
            ["$oid": "507f1f77bcf86cd799439011"], ["$date": "2026-11-22T09:00:00.25Z"],
            ["$date": "0001-01-01T00:00:00Z"],
            ["$date": ["$numberLong": "-99999999999999"]], ["$numberDecimal": "0.10"],
            ["$numberDecimal": "9.999999999999999999999999999999999E+6144"], ["$numberDecimal": "NaN"],
            ["$numberDouble": "NaN"], ["$numberDouble": "-Infinity"],
            ["$binary": ["base64": "AAEC/w==", "subType": "00"]], ["$binary": ["base64": "AAEC", "subType": "02"]],
            ["$binary": ["base64": "yO2rw/c4TKO2jauSqRR4ow==", "subType": "04"]],
            ["$timestamp": ["t": 1_795_338_000, "i": 4_294_967_295]],
            ["$regularExpression": ["pattern": "^a.*", "options": "im"]], ["$symbol": "s"], ["$code": "x + 1"],
            ["$code": "x + y", "$scope": ["y": 1]],
            ["$dbPointer": ["$ref": "people", "$id": ["$oid": "507f1f77bcf86cd799439011"]]], ["$undefined": true],
            ["$minKey": 1], ["$maxKey": 1],
        ] as [Value])
    func extendedJSONStaysAsItIs(_ value: Value) throws { #expect(try roundTrip(value) == value) }

    @Test func canonicalExtendedJSONIsRead() throws {
        #expect(try roundTrip(["$numberInt": "7"]) == 7)
        #expect(try roundTrip(["$numberLong": "9223372036854775807"]) == .int(.max))
        #expect(try roundTrip(["$numberDouble": "2.0"])?.type == .double)
        #expect(try roundTrip(["$date": ["$numberLong": "1000"]]) == ["$date": "1970-01-01T00:00:01Z"])
        #expect(
            try roundTrip(["$uuid": "c8edabc3-f738-4ca3-b68d-ab92a91478a3"])
                == ["$binary": ["base64": "yO2rw/c4TKO2jauSqRR4ow==", "subType": "04"]])
    }

    @Test func plainValuesAreText() throws {
        #expect(try roundTrip(["$oid": "507f1f77bcf86cd799439011"], as: .plain) == "507f1f77bcf86cd799439011")
        #expect(try roundTrip(["$date": "2026-11-22T09:00:00Z"], as: .plain) == "2026-11-22T09:00:00Z")
        #expect(try roundTrip(["$numberDecimal": "0.10"], as: .plain) == "0.10")
        #expect(try roundTrip(["$binary": ["base64": "AAEC", "subType": "00"]], as: .plain) == "AAEC")
        #expect(
            try roundTrip(["$uuid": "c8edabc3-f738-4ca3-b68d-ab92a91478a3"], as: .plain)
                == "c8edabc3-f738-4ca3-b68d-ab92a91478a3")
        #expect(
            try roundTrip(["$regularExpression": ["pattern": "^a", "options": "i"]], as: .plain) == "/^a/i")
    }

    @Test func valuesOfExpressionsFindTheirTypes() throws {
        #expect(
            try roundTrip(.timestamp(Timestamp(milliseconds: 1_795_338_000_250)))
                == ["$date": "2026-11-22T09:00:00.25Z"])
        #expect(try roundTrip(.bytes([0, 1, 2])) == ["$binary": ["base64": "AAEC", "subType": "00"]])
        #expect(try roundTrip(.uint(.max)) == ["$numberDecimal": "18446744073709551615"])
        #expect(
            try roundTrip(.number(ExactNumber(text: "0.10000000000000000001")))
                == ["$numberDecimal": "0.10000000000000000001"])
        #expect(try roundTrip(.duration(.seconds(90))) == "90s")
        #expect(try roundTrip(.secret("x")) == "x")
    }

    @Test func theIDComesFirst() throws {
        let own = try BSONWriter.stored(
            ValueMap([("a", 1), ("_id", 7)]), at: "document", id: ObjectID(time: 1, number: 2))
        #expect(try BSONReader.read(own).names == ["_id", "a"])
        #expect(try BSONReader.read(own)["_id"] == 7)
        let derived = try BSONWriter.stored(ValueMap([("a", 1)]), at: "document", id: ObjectID(time: 1, number: 2))
        #expect(try BSONReader.read(derived)["_id"] == ["$oid": "000000010000000000000002"])
    }

    @Test func othersStayInTheirOrder() throws {
        let inner: Value = ["x": 1, "_id": 2]
        func names(_ value: Value?) -> [String]? { value?.mapValue?.names }
        #expect(
            try BSONReader.read(BSONWriter.document(ValueMap([("t", -1), ("_id", 1)]), at: "sort")).names == [
                "t", "_id",
            ])
        #expect(names(try roundTrip(inner)) == ["x", "_id"])
        #expect(names(try roundTrip(["$code": "x", "$scope": inner])?["$scope"]) == ["x", "_id"])
        let stored = try BSONReader.read(BSONWriter.stored(ValueMap([("a", inner), ("_id", 7)]), at: "document"))
        #expect(stored.names == ["_id", "a"])
        #expect(names(stored["a"]) == ["x", "_id"])
    }

    @Test func idsOfAStepAreInOrderAndTellTheTimeOfTheRun() {
        let ids = DerivedIDs(key: "k", started: Timestamp(seconds: 0x6921_0c6d))
        let texts = (0..<1000).map { ids[$0].text }
        #expect(texts.sorted() == texts)
        #expect(texts.allSatisfy { $0.hasPrefix("69210c6d") })
        #expect(DerivedIDs(key: "k", started: Timestamp(seconds: 0x6921_0c6d))[7] == ids[7])
        #expect(DerivedIDs(key: "l", started: Timestamp(seconds: 0x6921_0c6d))[7] != ids[7])
    }

    private func objection(_ value: Value) -> Failure? {
        do {
            _ = try BSONWriter.document(value.mapValue ?? ValueMap(), at: "documents[3]")
            return nil
        } catch {
            return error
        }
    }

    @Test func whatCantBeReadIsNamedWithItsPlace() {
        let id = objection(["items": [["ref": ["$oid": "12"]]]])
        #expect(id?.message == "\"documents[3].items[0].ref\" has a $oid that can't be read")
        #expect(id?.hint == #"write it as {"$oid": "24 hexadecimal digits"}"#)
        let long = ExactNumber(text: "0." + String(repeating: "1", count: 40))
        let decimal = objection(["price": .number(long)])
        #expect(decimal?.message == "\"documents[3].price\" is a number of more than 34 digits")
        #expect(decimal?.hint == "write it as text, in quotes")
        #expect(
            objection(["a\0b": 1])?.message == "\"documents[3].a\0b\" has a name with a zero byte in it")
    }

    @Test(arguments: [-1, 2, .int(.max), .int(.min), 0.5, "0", .null] as [Value])
    func aRefusalOfNoneOfTheWritesNamesNone(_ index: Value) {
        #expect((["index": index, "code": 11000] as Value).refusedWrite(of: 2) == nil)
        #expect((["index": 1] as Value).refusedWrite(of: 2) == 1)
    }

    @Test func damagedDocumentsAreRefused() throws {
        let list: Value = [1, "text", ["b": 2.5]]
        let whole = try BSONWriter.document(ValueMap([("a", list)]), at: "document")
        for end in 0..<whole.count {
            #expect(throws: Failure.self) { try BSONReader.read(Array(whole[..<end])) }
        }
        // Sizes, types and lengths that lie: whatever comes out, nothing is read beside the document.
        for place in whole.indices {
            for bit in 0..<8 {
                var damaged = whole
                damaged[place] ^= 1 << bit
                _ = try? BSONReader.read(damaged)
            }
        }
        let deep = (0..<300).reduce(Value.int(1)) { value, _ in ["a": value] }
        #expect(throws: Failure.self) {
            try BSONReader.read(BSONWriter.document(ValueMap([("a", deep)]), at: "document"))
        }
    }
}
