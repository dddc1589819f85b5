import FlowCore
import FlowSpec
import FlowTestKit
import Glibc
import Testing

/// One after the other: a server has one fail point for all commands.
@Suite(.serialized, .enabled(if: TestService.isThere("mongodb"), "\(TestService.advice)"))
struct MongoFaultTests {
    // MARK: Connections that break

    @Test func aReadSurvivesABrokenConnection() async throws {
        try await TestDatabase.use { (database) async throws in
            _ = try await database.run("insert_one", ["collection": "c", "document": ["_id": 1]])
            try await database.failNext(["find"], ["closeConnection": true])
            #expect(try await database.run("find", ["collection": "c"]) == [["_id": 1]])
            try await database.failNext(["find"], times: 2, ["closeConnection": true])
            let failure = await failure { try await database.run("find", ["collection": "c"]) }
            #expect(failure?.kind == .network)
            #expect(failure?.message == "the connection to MongoDB at 127.0.0.1:\(database.port) broke")
            #expect(try await database.run("find", ["collection": "c"]) == [["_id": 1]])
        }
    }

    @Test func aWriteIsDoneOnceThoughItsAnswerIsLost() async throws {
        try await TestDatabase.use { (database) async throws in
            _ = try await database.run("insert_one", ["collection": "c", "document": ["_id": 1, "n": 0]])
            try await database.failNext(["update"], ["closeConnection": true])
            let update: KeyValuePairs<String, Value> = [
                "collection": "c", "filter": ["_id": 1], "update": ["$inc": ["n": 1]],
            ]
            #expect(try await database.run("update_one", update)["modified"] == 1)
            try await database.failNext(["update"], times: 2, ["closeConnection": true])
            let failure = await failure { try await database.run("update_one", update) }
            #expect(failure?.kind == .uncertain)
            #expect(
                failure?.hint == "look whether the write was done, then resume with --mark-done or --retry-uncertain")
            #expect(failure?.nothingSent == false)
            #expect(try await database.run("find", ["collection": "c"]) == [["_id": 1, "n": 1]])
        }
    }

    @Test func anInsertThatBreaksMayBeRepeated() async throws {
        try await TestDatabase.use { (database) async throws in
            try await database.failNext(["insert"], times: 2, ["closeConnection": true])
            let insert: KeyValuePairs<String, Value> = ["collection": "c", "document": ["n": 1]]
            let failure = await failure { try await database.run("insert_one", insert, key: "step") }
            #expect(failure?.kind == .network)
            _ = try await database.run("insert_one", insert, key: "step")
            #expect(try await database.run("count", ["collection": "c"]) == 1)
        }
    }

    /// Code 112 says that nothing of the command was done, which is not true of the whole step then.
    @Test(arguments: ["insert_many", "bulk_write"]) func whatFollowsADoneWriteIsNoCauseToDoItAgain(
        node: String
    ) async throws {
        try await TestDatabase.use { (database) async throws in
            let isInsert = node == "insert_many"
            let arguments: KeyValuePairs<String, Value> =
                isInsert
                ? ["collection": "c", "documents": .list((0..<1500).map { ["_id": .int($0)] })]
                : [
                    "collection": "c",
                    "operations": [
                        ["insert_one": ["document": ["_id": 1]]],
                        ["update_one": ["filter": ["_id": 1], "update": ["$inc": ["n": 1]]]],
                    ],
                ]
            let refusal: KeyValuePairs<String, Value> = ["errorCode": 112]
            try await database.fail(["insert", "update"], after: 1, refusal)
            let failure = await failure { try await database.run(node, arguments) }
            try await database.failNext(["insert", "update"], times: 0, refusal)
            #expect(failure?.kind == .uncertain)
            #expect(failure?.nothingSent == false)
            #expect(failure?.message.hasPrefix("a part was written, then: ") == true)
            #expect(
                failure?.hint == "look whether the write was done, then resume with --mark-done or --retry-uncertain")
            #expect(try await database.run("count", ["collection": "c"]) == (isInsert ? 1000 : 1))
            // Where nothing was written before, the server's word is that of the step.
            try await database.failNext(["insert"], refusal)
            let alone = await FlowMongoTests.failure {
                try await database.run("insert_one", ["collection": "c", "document": ["_id": 9000]])
            }
            #expect(alone?.kind == .transient)
        }
    }

    @Test func aServerThatIsKilledInTheMiddleIsSurvived() async throws {
        let server = TestService("mongodb")
        do {
            try await TestDatabase.use(of: server) { (database) async throws in
                _ = try await database.run("insert_one", ["collection": "c", "document": ["_id": 1]])
                try await server.stop(by: SIGKILL)
                _ = try await server.start()
                // Over a connection that the dead server had.
                #expect(try await database.run("find", ["collection": "c"]) == [["_id": 1]])
                _ = try await database.run("insert_one", ["collection": "c", "document": ["_id": 2]])
                #expect(try await database.run("count", ["collection": "c"]) == 2)
            }
        } catch {
            try await server.end()
            throw error
        }
        try await server.end()
    }

    // MARK: Transactions

    private static func transfer(_ amount: Int64) -> KeyValuePairs<String, Value> {
        [
            "operations": [
                [
                    "update_one": [
                        "collection": "accounts", "filter": ["_id": "ada", "balance": ["$gte": .int(amount)]],
                        "update": ["$inc": ["balance": .int(-amount)]], "must_match": true,
                    ]
                ],
                ["insert_one": ["collection": "log", "document": ["amount": .int(amount)]]],
                [
                    "update_one": [
                        "collection": "accounts", "filter": ["_id": "lin"],
                        "update": ["$inc": ["balance": .int(amount)]], "must_match": true,
                    ]
                ],
            ]
        ]
    }

    private func withAccounts(_ body: (TestDatabase) async throws -> Void) async throws {
        try await TestDatabase.use { (database) async throws in
            _ = try await database.run(
                "insert_many",
                [
                    "collection": "accounts",
                    "documents": [["_id": "ada", "balance": 100], ["_id": "lin", "balance": 0]],
                ])
            _ = try await database.run("run_command", ["command": ["create": "log"]])
            try await body(database)
        }
    }

    private func balances(_ database: TestDatabase) async throws -> [Value?] {
        let accounts = try await database.run("find", ["collection": "accounts", "sort": ["_id": 1]])
        return accounts.listValue?.map { $0["balance"] } ?? []
    }

    @Test func aTransactionHappensWholeOrNotAtAll() async throws {
        try await withAccounts { (database) async throws in
            let done = try await database.run("transaction", Self.transfer(60))
            #expect(done.listValue?.count == 3)
            #expect(done.listValue?.first == ["matched": 1, "modified": 1, "upserted_id": nil])
            #expect(try await balances(database) == [40, 60])
            let failure = await failure { try await database.run("transaction", Self.transfer(60)) }
            #expect(failure?.kind == .conflict)
            #expect(
                failure?.message
                    == "operations[0]: no document of \(database.name).accounts fits the filter, so nothing was changed"
            )
            _ = try await database.run("delete_one", ["collection": "accounts", "filter": ["_id": "lin"]])
            let missing = await FlowMongoTests.failure { try await database.run("transaction", Self.transfer(10)) }
            #expect(missing?.code == "no_match")
            #expect(try await balances(database) == [40])
            #expect(try await database.run("count", ["collection": "log"]) == 1)
        }
    }

    @Test func transactionsInEachOthersWayAllHappen() async throws {
        try await withAccounts { (database) async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<10 {
                    group.addTask { _ = try await database.run("transaction", Self.transfer(10)) }
                }
                try await group.waitForAll()
            }
            #expect(try await balances(database) == [0, 100])
        }
    }

    @Test func aTransactionThatBreaksBeforeItsEndHasNotHappened() async throws {
        try await withAccounts { (database) async throws in
            try await database.failNext(["update"], ["closeConnection": true])
            _ = try await database.run("transaction", Self.transfer(10))
            #expect(try await balances(database) == [90, 10])
            try await database.failNext(["update"], times: 100, ["closeConnection": true])
            let failure = await failure { try await database.run("transaction", Self.transfer(10)) }
            try await database.failNext(["update"], times: 0, ["closeConnection": true])
            #expect(failure?.kind == .transient)
            #expect(failure?.nothingSent == true)
            #expect(try await balances(database) == [90, 10])
        }
    }

    @Test func theEndOfATransactionIsAskedForAgain() async throws {
        try await withAccounts { (database) async throws in
            try await database.failNext(["commitTransaction"], times: 3, ["closeConnection": true])
            _ = try await database.run("transaction", Self.transfer(10))
            #expect(try await balances(database) == [90, 10])
            try await database.failNext(["commitTransaction"], times: 100, ["closeConnection": true])
            let failure = await failure { try await database.run("transaction", Self.transfer(10)) }
            try await database.failNext(["commitTransaction"], times: 0, ["closeConnection": true])
            #expect(failure?.kind == .uncertain)
            #expect(
                failure?.message
                    == "the transaction's end was asked for, and no server has said whether it happened")
        }
    }

    // MARK: Changes

    @Test func changesAreFollowedFromAToken() async throws {
        try await TestDatabase.use { (database) async throws in
            _ = try await database.run("insert_one", ["collection": "c", "document": ["_id": 0]])
            let start = try await database.run("watch", ["collection": "c", "for": "1ms"])
            #expect(start["changes"] == [])
            for id in 1...3 {
                _ = try await database.run("insert_one", ["collection": "c", "document": ["_id": .int(Int64(id))]])
            }
            let first = try await database.run(
                "watch", ["collection": "c", "max": 2, "resume_after": start["resume_token"] ?? .null])
            #expect(first["changes"]?.listValue?.map { $0["documentKey"] } == [["_id": 1], ["_id": 2]])
            let rest = try await database.run(
                "watch",
                [
                    "max": 1, "resume_after": first["resume_token"] ?? .null,
                    "pipeline": [["$match": ["operationType": "insert"]]],
                ])
            #expect(rest["changes"]?.listValue?.map { $0["fullDocument"] } == [["_id": 3]])
        }
    }

    // MARK: Cancellation

    @Test(arguments: ["find", "update_many"]) func cancellingReachesTheServer(node: String) async throws {
        try await TestDatabase.use { (database) async throws in
            _ = try await database.run("insert_one", ["collection": "c", "document": ["_id": 1]])
            let filter: Value = ["$where": "sleep(60000) || true"]
            let task = Task {
                try await database.run(
                    node,
                    node == "find"
                        ? ["collection": "c", "filter": filter]
                        : ["collection": "c", "filter": filter, "update": ["$set": ["a": 1]]])
            }
            #expect(try await operations(of: database, until: { $0 > 0 }))
            task.cancel()
            let failure = await failure { try await task.value }
            #expect(failure?.kind == .cancelled)
            #expect(try await operations(of: database, until: { $0 == 0 }))
            #expect(try await database.run("find", ["collection": "c"]) == [["_id": 1]])
        }
    }

    /// Looks at what the server does for the database's steps, until it is as expected or too late.
    private func operations(of database: TestDatabase, until isEnough: (Int) -> Bool) async throws -> Bool {
        let admin = database.credential(
            user: "admin", ["url": .secret(.string("mongodb://127.0.0.1:\(database.port)/?tls=false"))])
        for _ in 0..<500 {
            let now = try await database.run(
                "run_command",
                [
                    "database": "admin",
                    "command": [
                        "currentOp": 1, "appName": .string(database.name), "secs_running": ["$exists": true],
                        "active": true,
                    ],
                ], credential: admin)
            if isEnough(now["inprog"]?.listValue?.count ?? 0) { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}
