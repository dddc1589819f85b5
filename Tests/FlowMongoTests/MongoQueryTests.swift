import FlowCore
import FlowSpec
import FlowTestKit
import Synchronization
import Testing

@Suite(.enabled(if: TestService.isThere("mongodb"), "\(TestService.advice)"))
struct MongoQueryTests {
    private static let people: Value = [
        ["_id": 1, "name": "Ada", "age": 36, "city": "London"], ["_id": 2, "name": "Lin", "age": 50, "city": "Boston"],
        ["_id": 3, "name": "émile", "age": 36, "city": "Paris"],
    ]

    private func withPeople(_ body: (TestDatabase) async throws -> Void) async throws {
        try await TestDatabase.use { (database) async throws in
            _ = try await database.run("insert_many", ["collection": "people", "documents": Self.people])
            try await body(database)
        }
    }

    @Test func findFiltersSortsAndProjects() async throws {
        try await withPeople { (database) async throws in
            let found = try await database.run(
                "find",
                [
                    "collection": "people", "filter": ["age": 36], "projection": ["name": 1, "_id": 0],
                    "sort": ["name": -1],
                ])
            #expect(found == [["name": "émile"], ["name": "Ada"]])
            let some = try await database.run(
                "find", ["collection": "people", "sort": ["_id": 1], "skip": 1, "limit": 1, "projection": ["name": 1]])
            #expect(some == [["_id": 2, "name": "Lin"]])
            let sorted = try await database.run(
                "find",
                [
                    "collection": "people", "sort": ["name": 1], "collation": ["locale": "fr"],
                    "projection": ["_id": 1],
                ])
            #expect(sorted == [["_id": 1], ["_id": 3], ["_id": 2]])
        }
    }

    @Test func aCollectionThatIsNotThereIsEmpty() async throws {
        try await TestDatabase.use { (database) async throws in
            #expect(try await database.run("find", ["collection": "none"]) == [])
            #expect(try await database.run("count", ["collection": "none"]) == 0)
            #expect(try await database.run("list_collections", [:]) == [])
        }
    }

    @Test func aggregateCountAndDistinct() async throws {
        try await withPeople { (database) async throws in
            let grouped = try await database.run(
                "aggregate",
                [
                    "collection": "people",
                    "pipeline": [["$group": ["_id": "$age", "count": ["$sum": 1]]], ["$sort": ["_id": 1]]],
                ])
            #expect(grouped == [["_id": 36, "count": 2], ["_id": 50, "count": 1]])
            #expect(try await database.run("count", ["collection": "people", "filter": ["age": ["$lt": 40]]]) == 2)
            #expect(try await database.run("count", ["collection": "people", "limit": 1]) == 1)
            #expect(
                try await database.run(
                    "distinct", ["collection": "people", "field": "city", "filter": ["age": 36]]) == [
                        "London", "Paris",
                    ])
        }
    }

    @Test func collectionsAreListed() async throws {
        try await withPeople { (database) async throws in
            _ = try await database.run(
                "run_command", ["command": ["create": "adults", "viewOn": "people", "pipeline": []]])
            #expect(
                try await database.run("list_collections", [:]) == [
                    ["name": "adults", "type": "view"], ["name": "people", "type": "collection"],
                ])
        }
    }

    @Test func documentsGoToAFile() async throws {
        try await withPeople { (database) async throws in
            let file = try await database.run(
                "find",
                [
                    "collection": "people", "sort": ["_id": 1], "projection": ["name": 1], "to": "out/people.jsonl",
                ])
            #expect(file.files.first?.path == database.folder + "/out/people.jsonl")
            #expect(
                try Folder.read(database.folder + "/out/people.jsonl") == """
                    {"_id":1,"name":"Ada"}
                    {"_id":2,"name":"Lin"}
                    {"_id":3,"name":"émile"}

                    """)
        }
    }

    @Test func tooManyDocumentsAreRefused() async throws {
        try await withPeople { (database) async throws in
            let failure = await failure { try await database.run("find", ["collection": "people", "max_rows": 2]) }
            #expect(failure?.message == "the query gives more than 2 rows")
        }
    }

    @Test func pagesGoOnAfterAMark() async throws {
        try await TestDatabase.use { (database) async throws in
            _ = try await database.run(
                "insert_many",
                ["collection": "numbers", "documents": .list((0..<600).map { ["_id": .int($0)] })])
            let query: KeyValuePairs<String, Value> = ["collection": "numbers", "sort": ["_id": 1]]
            let pages = Mutex<[Page]>([])
            try await database.pages("find", query) { page in pages.withLock { $0.append(page) } }
            let all = pages.withLock { $0 }
            #expect(all.map(\.items.count) == [250, 250, 100])
            #expect(all.flatMap(\.items).map { $0["_id"] } == (0..<600).map { .int($0) })
            let rest = Mutex<[Value]>([])
            try await database.pages("find", query, from: all[1].next) { page in
                rest.withLock { $0.append(contentsOf: page.items) }
            }
            #expect(rest.withLock { $0.count } == 100)
            _ = try await database.run("delete_one", ["collection": "numbers", "filter": ["_id": 7]])
            let failure = await failure { try await database.pages("find", query, from: all[1].next) { _ in } }
            #expect(failure?.kind == .conflict)
            #expect(failure?.message == "the query gives other rows than before the run was cut off")
        }
    }

    @Test func everyTypeComesBackFromTheServer() async throws {
        try await TestDatabase.use { (database) async throws in
            let document: Value = [
                "_id": ["$oid": "507f1f77bcf86cd799439011"], "long": .int(.max), "small": -5, "double": 2.5,
                "decimal": ["$numberDecimal": "123456789.123456789012345678901234"],
                "date": ["$date": "2026-11-22T09:00:00.25Z"], "null": nil, "yes": true, "text": "naïve 🙂",
                "list": [1, ["a": 1], []], "binary": ["$binary": ["base64": "AAEC/w==", "subType": "00"]],
                "uuid": ["$binary": ["base64": "yO2rw/c4TKO2jauSqRR4ow==", "subType": "04"]],
                "pattern": ["$regularExpression": ["pattern": "^a", "options": "i"]],
                "stamp": ["$timestamp": ["t": 5, "i": 6]], "code": ["$code": "x"], "least": ["$minKey": 1],
                "most": ["$maxKey": 1], "nothing": ["$numberDouble": "NaN"], "$odd": ["a.b": 1],
            ]
            #expect(
                try await database.run("insert_one", ["collection": "all", "document": document])
                    == ["id": ["$oid": "507f1f77bcf86cd799439011"]])
            #expect(try await database.run("find", ["collection": "all"]) == [document])
            #expect(
                try await database.run("find", ["collection": "all", "filter": ["_id": document["_id"] ?? .null]])
                    == [document])
            let plain = try await database.run(
                "find", ["collection": "all", "form": "plain", "projection": ["decimal": 1, "date": 1]])
            #expect(
                plain == [
                    [
                        "_id": "507f1f77bcf86cd799439011", "decimal": "123456789.123456789012345678901234",
                        "date": "2026-11-22T09:00:00.25Z",
                    ]
                ])
            // As the server sees them.
            let types = try await database.run(
                "aggregate",
                [
                    "collection": "all",
                    "pipeline": [
                        [
                            "$project": [
                                "_id": 0, "long": ["$type": "$long"], "small": ["$type": "$small"],
                                "decimal": ["$type": "$decimal"], "date": ["$type": "$date"],
                                "uuid": ["$type": "$uuid"],
                            ]
                        ]
                    ],
                ])
            #expect(
                types == [["long": "long", "small": "int", "decimal": "decimal", "date": "date", "uuid": "binData"]])
        }
    }

    @Test func aQueryThatTakesTooLongIsEnded() async throws {
        try await withPeople { (database) async throws in
            let failure = await failure {
                try await database.run(
                    "find",
                    [
                        "collection": "people", "filter": ["$where": "sleep(1000) || true"], "max_time": "50ms",
                    ])
            }
            #expect(failure?.kind == .timeout)
            #expect(failure?.message == "127.0.0.1:\(database.port): took longer than it may")
            #expect(failure?.hint == "raise max_time, or make an index for it")
            #expect(failure?.code == "50")
        }
    }

    @Test func mistakesInAQueryAreSaid() async throws {
        try await withPeople { (database) async throws in
            let failure = await failure {
                try await database.run("find", ["collection": "people", "filter": ["age": ["$above": 3]]])
            }
            #expect(failure?.kind == .invalid)
            #expect(failure?.message == "127.0.0.1:\(database.port): unknown operator: $above")
        }
    }
}
