import FlowCore
import FlowMongo
import FlowSpec
import FlowTestKit
import Testing

@Suite(.enabled(if: TestService.isThere("mongodb"), "\(TestService.advice)"))
struct MongoWriteTests {
    @Test func aRepeatedInsertIsRecognised() async throws {
        try await TestDatabase.use { (database) async throws in
            let insert = {
                try await database.run(
                    "insert_one", ["collection": "orders", "document": ["total": 240]], key: "step")
            }
            let first = try await insert()
            #expect(try await insert() == first)
            #expect(try await database.run("count", ["collection": "orders"]) == 1)
            // Another step's is another document.
            _ = try await database.run(
                "insert_one", ["collection": "orders", "document": ["total": 240]], key: "other")
            #expect(try await database.run("count", ["collection": "orders"]) == 2)
        }
    }

    @Test func aRepeatedInsertOfWhatWasChangedSinceIsAConflict() async throws {
        try await TestDatabase.use { (database) async throws in
            let document: KeyValuePairs<String, Value> = ["collection": "orders", "document": ["total": 240]]
            _ = try await database.run("insert_one", document, key: "step")
            _ = try await database.run(
                "update_many", ["collection": "orders", "filter": [:], "update": ["$set": ["total": 1]]])
            let failure = await failure { try await database.run("insert_one", document, key: "step") }
            #expect(failure?.kind == .conflict)
            #expect(failure?.message == "document: a document with that value is there already (index _id_)")
        }
    }

    @Test func insertingManyGoesOnWhereItWasCutOff() async throws {
        try await TestDatabase.use { (database) async throws in
            let documents = (0..<2500).map { Value.map(ValueMap([("n", .int($0))])) }
            // What an earlier try has got in before it was cut off.
            _ = try await database.run(
                "insert_many", ["collection": "numbers", "documents": .list(Array(documents[..<1300]))], key: "step")
            let result = try await database.run(
                "insert_many", ["collection": "numbers", "documents": .list(documents)], key: "step")
            #expect(result["inserted"] == 2500)
            #expect(try await database.run("count", ["collection": "numbers"]) == 2500)
            let found = try await database.run("find", ["collection": "numbers", "sort": ["_id": 1], "max_rows": 3000])
            #expect(found.listValue?.map { $0["n"] } == documents.map { $0["n"] })
            #expect(found.listValue?.map { $0["_id"] } == result["ids"]?.listValue)
        }
    }

    @Test func aDuplicateIDOfOnesOwnIsAConflict() async throws {
        try await TestDatabase.use { (database) async throws in
            let document: KeyValuePairs<String, Value> = ["collection": "locks", "document": ["_id": "nightly"]]
            _ = try await database.run("insert_one", document, key: "step")
            // A lock that is taken must not be taken twice, not even by the same step.
            let failure = await failure { try await database.run("insert_one", document, key: "step") }
            #expect(failure?.kind == .conflict)
            #expect(failure?.code == "11000")
        }
    }

    @Test(arguments: [true, false]) func aRefusedDocumentIsNamed(ordered: Bool) async throws {
        try await TestDatabase.use { (database) async throws in
            _ = try await database.run("create_index", ["collection": "people", "keys": ["email": 1], "unique": true])
            let failure = await failure {
                try await database.run(
                    "insert_many",
                    [
                        "collection": "people", "ordered": .bool(ordered),
                        "documents": [["email": "a@b.c"], ["email": "d@e.f"], ["email": "a@b.c"], ["email": "g@h.i"]],
                    ])
            }
            #expect(failure?.kind == .conflict)
            #expect(
                failure?.message == "documents[2]: a document with that value is there already (index email_1)")
            #expect(failure?.hint == "give it another value, or update the document that has it")
            #expect(try await database.run("count", ["collection": "people"]) == (ordered ? 2 : 3))
        }
    }

    @Test func changesSayWhatTheyDid() async throws {
        try await TestDatabase.use { (database) async throws in
            _ = try await database.run(
                "insert_many",
                ["collection": "c", "documents": .list((1...5).map { ["_id": .int($0), "n": .int($0)] })])
            #expect(
                try await database.run(
                    "update_one", ["collection": "c", "filter": ["_id": 1], "update": ["$set": ["n": 10]]])
                    == ["matched": 1, "modified": 1, "upserted_id": nil])
            #expect(
                try await database.run(
                    "update_many", ["collection": "c", "filter": ["n": ["$gt": 3]], "update": ["$inc": ["n": 1]]])
                    == ["matched": 3, "modified": 3, "upserted_id": nil])
            #expect(
                try await database.run(
                    "update_one",
                    ["collection": "c", "filter": ["_id": 9], "update": ["$set": ["n": 1]], "upsert": true])
                    == ["matched": 0, "modified": 0, "upserted_id": 9])
            #expect(
                try await database.run(
                    "update_many",
                    ["collection": "c", "filter": ["_id": 2], "update": [["$set": ["n": ["$add": ["$n", 100]]]]]])
                    == ["matched": 1, "modified": 1, "upserted_id": nil])
            #expect(
                try await database.run(
                    "replace_one", ["collection": "c", "filter": ["_id": 3], "document": ["new": true]])
                    == ["matched": 1, "modified": 1, "upserted_id": nil])
            #expect(try await database.run("delete_one", ["collection": "c", "filter": ["_id": 4]]) == ["deleted": 1])
            #expect(try await database.run("delete_one", ["collection": "c", "filter": ["_id": 4]]) == ["deleted": 0])
            #expect(
                try await database.run("find", ["collection": "c", "sort": ["_id": 1]]) == [
                    ["_id": 1, "n": 11], ["_id": 2, "n": 102], ["_id": 3, "new": true], ["_id": 5, "n": 6],
                    ["_id": 9, "n": 1],
                ])
            #expect(try await database.run("delete_many", ["collection": "c", "filter": [:]]) == ["deleted": 5])
        }
    }

    @Test func itemsOfListsAreChangedByArrayFilters() async throws {
        try await TestDatabase.use { (database) async throws in
            _ = try await database.run(
                "insert_one", ["collection": "c", "document": ["_id": 1, "items": [["p": 50], ["p": 150]]]])
            _ = try await database.run(
                "update_one",
                [
                    "collection": "c", "filter": ["_id": 1], "update": ["$set": ["items.$[dear].dear": true]],
                    "array_filters": [["dear.p": ["$gt": 100]]],
                ])
            #expect(
                try await database.run("find", ["collection": "c"])
                    == [["_id": 1, "items": [["p": 50], ["p": 150, "dear": true]]]])
        }
    }

    @Test func updatesWithoutOperatorsAreRefused() async throws {
        try await TestDatabase.use { (database) async throws in
            let update = await failure {
                try await database.run("update_one", ["collection": "c", "filter": [:], "update": ["a": 1]])
            }
            #expect(update?.message == "\"update\" must be a map of operators such as $set, or a list of stages")
            #expect(update?.hint == "use replace_one to replace a whole document")
            let replacement = await failure {
                try await database.run(
                    "replace_one", ["collection": "c", "filter": [:], "document": ["$set": ["a": 1]]])
            }
            #expect(replacement?.message == "\"document\" has operators")
            #expect(replacement?.hint == "use update_one, which takes them")
        }
    }

    @Test func oneOfSeveralIsTaken() async throws {
        try await TestDatabase.use { (database) async throws in
            _ = try await database.run(
                "insert_many",
                ["collection": "jobs", "documents": .list((1...8).map { ["_id": .int($0), "status": "new"] })])
            let take = { @Sendable in
                try await database.run(
                    "find_and_modify",
                    [
                        "collection": "jobs", "filter": ["status": "new"], "update": ["$set": ["status": "taken"]],
                        "sort": ["_id": 1],
                    ])
            }
            let taken = try await withThrowingTaskGroup(of: Value.self) { group in
                for _ in 0..<8 { group.addTask { try await take() } }
                return try await group.reduce(into: [Value]()) { $0.append($1) }
            }
            #expect(Set(taken.compactMap { $0["_id"] }) == Set((1...8).map { .int($0) }))
            #expect(taken.allSatisfy { $0["status"] == "taken" })
            #expect(try await take() == .null)
            #expect(
                try await database.run(
                    "find_and_modify",
                    ["collection": "jobs", "filter": ["_id": 1], "delete": true]) == ["_id": 1, "status": "taken"])
            #expect(
                try await database.run(
                    "find_and_modify",
                    ["collection": "jobs", "filter": ["_id": 2], "document": ["status": "gone"], "give": "before"])
                    == ["_id": 2, "status": "taken"])
        }
    }

    @Test func manyKindsOfChangesAtOnce() async throws {
        try await TestDatabase.use { (database) async throws in
            let result = try await database.run(
                "bulk_write",
                [
                    "collection": "stock",
                    "operations": [
                        ["insert_one": ["document": ["_id": 1, "n": 1]]],
                        ["insert_one": ["document": ["_id": 2, "n": 1]]],
                        ["update_many": ["filter": [:], "update": ["$inc": ["n": 1]]]],
                        ["replace_one": ["filter": ["_id": 3], "document": ["n": 7], "upsert": true]],
                        ["delete_one": ["filter": ["_id": 1]]],
                    ],
                ])
            #expect(
                result == [
                    "inserted": 2, "matched": 2, "modified": 2, "deleted": 1, "upserted": [["index": 3, "id": 3]],
                ])
            #expect(
                try await database.run("find", ["collection": "stock", "sort": ["_id": 1]])
                    == [["_id": 2, "n": 2], ["_id": 3, "n": 7]])
        }
    }

    @Test func mistakesInOperationsAreNamed() async throws {
        try await TestDatabase.use { (database) async throws in
            func objection(_ operation: Value) async -> Failure? {
                await failure { try await database.run("bulk_write", ["collection": "c", "operations": [operation]]) }
            }
            let unknown = await objection(["upsert_one": [:]])
            #expect(unknown?.message == "\"operations[0]\" is no operation")
            #expect(
                unknown?.hint
                    == "write it as a map of one of insert_one, update_one, update_many, replace_one, delete_one, delete_many"
            )
            let stray = await objection(["delete_one": ["filters": [:]]])
            #expect(stray?.message == "\"operations[0].delete_one\" has no \"filters\"")
            #expect(stray?.hint == "did you mean \"filter\"?")
            #expect(await objection(["delete_one": [:]])?.message == "\"operations[0].delete_one\" needs \"filter\"")
            let refused = await objection(["update_one": ["filter": [:], "update": ["$up": ["a": 1]]]])
            #expect(refused?.message.hasPrefix("operations[0]: Unknown modifier: $up") == true)
        }
    }

    @Test func theIDIsSortedByWhereItStands() async throws {
        try await TestDatabase.use { (database) async throws in
            _ = try await database.run(
                "insert_many",
                ["collection": "s", "documents": [["_id": 1, "t": 5], ["_id": 2, "t": 9], ["_id": 3, "t": 1]]])
            let sort: Value = ["t": -1, "_id": 1]
            let found = try await database.run("find", ["collection": "s", "sort": sort])
            #expect(found.listValue?.map { $0["_id"] } == [2, 1, 3])
            let sorted = try await database.run("aggregate", ["collection": "s", "pipeline": [["$sort": sort]]])
            #expect(sorted == found)
            let changed = try await database.run(
                "find_and_modify",
                ["collection": "s", "filter": [:], "sort": sort, "document": ["x": 1, "sub": ["x": 1, "_id": 2]]])
            #expect(changed["_id"] == 2)
            #expect(
                try await database.run("count", ["collection": "s", "filter": ["sub": ["x": 1, "_id": 2]]]) == 1)
            let index = try await database.run("create_index", ["collection": "s", "keys": ["t": 1, "_id": 1]])
            #expect(index["name"] == "t_1__id_1")
            let indexes = try await database.run("run_command", ["command": ["listIndexes": "s"]])
            let keys = indexes["cursor"]?["firstBatch"]?.listValue?.last?["key"]?.mapValue
            #expect(keys?.names == ["t", "_id"])
        }
    }

    @Test func aReplacementMayHoldTheNamesThatAnInsertMay() async throws {
        try await TestDatabase.use { (database) async throws in
            let document: Value = ["_id": 1, "a": ["": 1, "b.c": 2]]
            _ = try await database.run(
                "replace_one", ["collection": "c", "filter": ["_id": 1], "document": document, "upsert": true])
            #expect(try await database.run("find", ["collection": "c"]) == [document])
        }
    }

    // MARK: Parts

    private static let look = "look whether the write was done, then resume with --mark-done or --retry-uncertain"

    /// Documents of which the third can't be counted up.
    private func withNumbers(_ body: (TestDatabase) async throws -> Void) async throws {
        try await TestDatabase.use { (database) async throws in
            _ = try await database.run(
                "insert_many",
                [
                    "collection": "p",
                    "documents": [
                        ["_id": 1, "n": 1], ["_id": 2, "n": 1], ["_id": 3, "n": "text"], ["_id": 4, "n": 1],
                    ],
                ])
            try await body(database)
        }
    }

    @Test func whatIsRefusedAfterAPartIsUncertain() async throws {
        try await withNumbers { (database) async throws in
            let failure = await failure {
                try await database.run(
                    "bulk_write",
                    [
                        "collection": "p",
                        "operations": [
                            ["update_one": ["filter": ["_id": 1], "update": ["$inc": ["n": 1]]]],
                            ["insert_one": ["document": ["_id": 2]]],
                        ],
                    ])
            }
            #expect(failure?.kind == .uncertain)
            #expect(failure?.code == "11000")
            #expect(
                failure?.message
                    == "a part was written, then: operations[1]: a document with that value is there already (index _id_)"
            )
            #expect(failure?.hint == Self.look)
            let own = await FlowMongoTests.failure {
                try await database.run(
                    "insert_many", ["collection": "p", "documents": [["_id": 9], ["_id": 2], ["_id": 10]]])
            }
            #expect(own?.kind == .uncertain)
        }
    }

    @Test func aChangeOfManyThatStopsInTheMiddleIsUncertain() async throws {
        try await withNumbers { (database) async throws in
            let change: KeyValuePairs<String, Value> = [
                "collection": "p", "filter": [:], "update": ["$inc": ["n": 1]],
            ]
            let failure = await failure { try await database.run("update_many", change) }
            #expect(failure?.kind == .uncertain)
            #expect(failure?.code == "14")
            #expect(failure?.message.hasPrefix("a part may be written, then: \(database.name).p: ") == true)
            #expect(failure?.hint == Self.look)
            #expect(failure?.nothingSent == false)
            #expect(try await database.run("count", ["collection": "p", "filter": ["n": 2]]) == 2)
            let bulk = await FlowMongoTests.failure {
                try await database.run(
                    "bulk_write",
                    [
                        "collection": "p",
                        "operations": [["update_many": ["filter": [:], "update": ["$inc": ["n": 1]]]]],
                    ])
            }
            #expect(bulk?.kind == .uncertain)
        }
    }

    @Test(
        arguments: [
            (["a": ["$nothing": 1]], ["$inc": ["n": 1]]), (["$nothing": 1], ["$inc": ["n": 1]]),
            ([:], ["$nothing": ["n": 1]]),
        ] as [(Value, Value)])
    func whatNoServerCanReadIsRefused(_ filter: Value, _ update: Value) async throws {
        try await withNumbers { (database) async throws in
            let failure = await failure {
                try await database.run("update_many", ["collection": "p", "filter": filter, "update": update])
            }
            #expect(failure?.kind == .invalid, "\(failure?.code ?? "") \(failure?.message ?? "")")
        }
    }

    @Test func aMergeThatStopsInTheMiddleIsUncertain() async throws {
        try await withNumbers { (database) async throws in
            _ = try await database.run(
                "insert_many", ["collection": "s", "documents": .list((1...4).map { ["_id": .int($0), "n": 1] })])
            func merge(_ update: Value, _ first: Value = ["$sort": ["_id": 1]]) async -> Failure? {
                await FlowMongoTests.failure {
                    try await database.run(
                        "aggregate",
                        [
                            "collection": "s",
                            "pipeline": [first, ["$merge": ["into": "p", "whenMatched": [update]]]],
                        ])
                }
            }
            let failure = await merge(["$set": ["n": ["$add": ["$n", "$$new.n"]]]])
            #expect(failure?.kind == .uncertain)
            #expect(failure?.message.hasPrefix("a part may be written, then: ") == true)
            #expect(failure?.hint == Self.look)
            let unread = await merge(["$set": ["n": 1]], ["$nothing": 1])
            #expect(unread?.kind == .invalid, "\(unread?.code ?? "") \(unread?.message ?? "")")
        }
    }

    @Test func refusedWritesOfACommandFailIt() async throws {
        try await withNumbers { (database) async throws in
            func failed(_ command: Value) async -> Failure? {
                await FlowMongoTests.failure { try await database.run("run_command", ["command": command]) }
            }
            let taken = await failed(["insert": "p", "documents": [["_id": 1]]])
            #expect(taken?.kind == .conflict)
            let part = await failed(["insert": "p", "documents": [["_id": 8], ["_id": 1]]])
            #expect(part?.kind == .uncertain)
            #expect(part?.message.hasPrefix("a part was written, then: ") == true)
            let many = await failed(["update": "p", "updates": [["q": [:], "u": ["$inc": ["n": 1]], "multi": true]]])
            #expect(many?.kind == .uncertain)
            #expect(many?.message.hasPrefix("a part") == true)
            let wide = await failed([
                "insert": "p", "documents": [["_id": 7]], "writeConcern": ["w": 9, "wtimeout": 1],
            ])
            #expect(wide?.kind == .uncertain)
            #expect(wide?.message.contains("written, but not as widely as asked") == true)
        }
    }

    @Test func anIndexIsMadeOnce() async throws {
        try await TestDatabase.use { (database) async throws in
            let index: KeyValuePairs<String, Value> = [
                "collection": "c", "keys": ["email": 1, "created": -1], "unique": true, "expire_after": "30d",
                "only": ["email": ["$exists": true]],
            ]
            let simple: KeyValuePairs<String, Value> = ["collection": "c", "keys": ["email": 1], "unique": true]
            // Of what is there already a server makes an index only once the members of its set have agreed.
            _ = try await database.run("insert_one", ["collection": "c", "document": ["email": "ada@example.com"]])
            #expect(try await database.run("create_index", simple) == ["name": "email_1", "created": true])
            #expect(try await database.run("create_index", simple) == ["name": "email_1", "created": false])
            let other = await failure {
                try await database.run("create_index", ["collection": "c", "keys": ["email": 1]])
            }
            #expect(other?.kind == .conflict)
            #expect(other?.hint == "drop the other index, or give this one another name")
            // The server lets documents expire by one field only.
            let wrong = await failure { try await database.run("create_index", index) }
            #expect(wrong?.kind == .invalid)
        }
    }

    @Test func aDocumentThatBreaksTheRulesIsRefused() async throws {
        try await TestDatabase.use { (database) async throws in
            _ = try await database.run(
                "run_command",
                [
                    "command": [
                        "create": "people",
                        "validator": [
                            "$jsonSchema": [
                                "required": ["name"], "properties": ["age": ["bsonType": "int", "minimum": 0]],
                            ]
                        ],
                    ]
                ])
            let failure = await failure {
                try await database.run("insert_one", ["collection": "people", "document": ["age": -1]])
            }
            #expect(failure?.kind == .invalid)
            #expect(failure?.message == "document: the document breaks the rules of the collection")
            #expect(failure?.hint?.hasPrefix("look at \"") == true)
            #expect(failure?.hint?.contains("\"age\"") == true && failure?.hint?.contains("\"name\"") == true)
        }
    }

    @Test(
        arguments: [
            ("insert_one", ["document": ["a": 1]], Effect.idempotent), ("insert_one", ["document": ["_id": 1]], .write),
            ("insert_many", ["documents": [["a": 1]]], .idempotent),
            ("insert_many", ["documents": [["a": 1], ["_id": 1]]], .write),
            ("update_one", ["filter": ["_id": 1], "update": ["$set": ["a": 1]]], .idempotent),
            ("update_one", ["filter": ["a": 1], "update": ["$set": ["a": 2]]], .write),
            ("update_one", ["filter": ["_id": ["$gt": 1]], "update": ["$set": ["a": 2]]], .write),
            ("update_one", ["filter": ["_id": 1], "update": ["$inc": ["a": 1]]], .write),
            ("update_many", ["filter": ["a": 1], "update": ["$set": ["a": 2]]], .idempotent),
            ("update_many", ["filter": ["a": 1], "update": ["$set": ["a": 2]], "upsert": true], .write),
            ("update_many", ["filter": ["a": 1], "update": [["$set": ["a": 2]]]], .write),
            ("replace_one", ["filter": ["_id": 1], "document": ["a": 1]], .idempotent),
            ("replace_one", ["filter": ["a": 1], "document": ["a": 2]], .write),
            ("delete_one", ["filter": ["_id": 1]], .idempotent), ("delete_one", ["filter": ["a": 1]], .write),
            (
                "update_one", ["filter": ["_id": ["$oid": "69210c6d5e2b1a0f3c4d5e6f"]], "update": ["$set": ["a": 2]]],
                .idempotent
            ),
            ("update_one", ["filter": ["_id": ["a": 1, "b": 2]], "update": ["$set": ["a": 2]]], .idempotent),
            ("delete_one", ["filter": ["_id": ["$regularExpression": ["pattern": "^a", "options": ""]]]], .write),
            ("delete_one", ["filter": ["_id": ["$undefined": true]]], .write),
            ("delete_one", ["filter": ["_id": ["$oid": "none"]]], .write),
            ("delete_one", ["filter": ["_id": "a"], "collation": ["locale": "de", "strength": 1]], .write),
            ("delete_one", ["filter": ["_id": 7, "status": "new"]], .write),
            ("replace_one", ["filter": ["_id": 7, "version": 3], "document": ["version": 4]], .write),
            ("update_one", ["filter": ["_id": 7, "status": "new"], "update": ["$set": ["status": "taken"]]], .write),
            ("update_one", ["filter": ["_id": 7], "update": ["$setOnInsert": ["by": "me"]], "upsert": true], .write),
            (
                "update_one", ["filter": ["_id": 7], "update": ["$set": ["a": 1], "$setOnInsert": ["b": 1]]],
                .idempotent
            ),
            ("update_many", ["filter": ["a": 5], "update": ["$set": ["a.$": 6]]], .write),
            ("update_many", ["filter": ["a": 5], "update": ["$set": ["a.$[x].$b": 6]]], .idempotent),
            (
                "bulk_write",
                [
                    "operations": [
                        ["delete_many": ["filter": ["a": 2]]],
                        ["update_many": ["filter": ["a": 1], "update": ["$set": ["a": 2]]]],
                    ]
                ], .write
            ),
            ("delete_many", ["filter": ["a": 1]], .idempotent), ("aggregate", ["pipeline": [["$match": [:]]]], .read),
            ("aggregate", ["pipeline": [["$match": [:]], ["$out": "copy"]]], .write),
            ("create_index", ["keys": ["a": 1]], .idempotent), ("run_command", ["command": ["ping": 1]], .write),
        ] as [(String, Value, Effect)])
    func whatMayBeRepeatedSaysSo(_ name: String, _ arguments: Value, _ effect: Effect) throws {
        let node = try #require(MongoNodes().node(named: "mongodb.\(name)"))
        #expect(node.effect(of: Arguments(try #require(arguments.mapValue))) == effect)
    }
}
