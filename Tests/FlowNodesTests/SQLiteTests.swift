import FlowCore
import FlowSpec
import Glibc
import Testing

@Suite struct SQLiteTests {
    let folder: TemporaryFolder

    init() async throws {
        folder = try TemporaryFolder()
        _ = try await runNode(
            "sqlite.execute",
            [
                "database": "data/shop.db",
                "sql": "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); CREATE INDEX i ON t (name)",
            ],
            in: folder)
        let output = try await runNode(
            "sqlite.execute",
            [
                "database": "data/shop.db", "sql": "INSERT INTO t (name) VALUES (?)",
                "each": [["Ada"], ["Robert'); DROP TABLE t;--"], [nil]],
            ], in: folder)
        #expect(output == ["changes": 3, "rows": []])
    }

    /// The node's transaction is its own, or what a script has committed would be done again.
    @Test(arguments: ["COMMIT", "END", "ROLLBACK", "BEGIN"])
    func aScriptCantEndTheTransaction(_ word: String) async throws {
        let shop: Value = "data/shop.db"
        let script = "DELETE FROM t; \(word); DELETE FROM t"
        var failures = [
            await failure {
                try await runNode("sqlite.execute", ["database": shop, "sql": .string(script)], in: folder)
            }
        ]
        let statements: Value = [["sql": "DELETE FROM t"], ["sql": .string(word)]]
        failures.append(
            await failure {
                try await runNode("sqlite.transaction", ["database": shop, "statements": statements], in: folder)
            })
        for failure in failures {
            #expect(failure?.kind == .invalid)
            #expect(
                failure?.message.hasSuffix(
                    "the statement would begin or end a transaction, and all of this is one already") == true)
            #expect(failure?.hint == "leave BEGIN, COMMIT, END and ROLLBACK out")
        }
        let count = try await runNode(
            "sqlite.query", ["database": shop, "sql": "SELECT count(*) AS n FROM t"], in: folder)
        #expect(count == [["n": 3]])
        let nested = "SAVEPOINT a; DELETE FROM t; ROLLBACK TO a; RELEASE a; DELETE FROM t WHERE id = 1"
        #expect(
            try await runNode("sqlite.execute", ["database": shop, "sql": .string(nested)], in: folder)["changes"] != 0)
    }

    @Test func textThatIsNotUTF8IsRefused() async throws {
        let refused = await failure {
            try await runNode(
                "sqlite.query", ["database": "data/shop.db", "sql": "SELECT 1 AS n, CAST(x'41ff' AS TEXT) AS name"],
                in: folder)
        }
        #expect(refused?.kind == .invalid && refused?.message == "the column \"name\" holds text that is not UTF-8")
        #expect(refused?.hint == "ask for its bytes: CAST(name AS BLOB) AS name")
        let bytes = try await runNode(
            "sqlite.query", ["database": "data/shop.db", "sql": "SELECT CAST(x'41ff' AS BLOB) AS name"], in: folder)
        #expect(bytes == [["name": .bytes([0x41, 0xFF])]])
    }

    @Test func aTableMayHaveADotInItsName() async throws {
        let shop: Value = "data/shop.db"
        _ = try await runNode(
            "sqlite.execute", ["database": shop, "sql": #"CREATE TABLE "orders.2026" (n)"#], in: folder)
        let done = try await runNode(
            "sqlite.execute_many",
            ["database": shop, "table": #"main."orders.2026""#, "columns": ["n"], "each": [[1]]], in: folder)
        #expect(done == ["changes": 1, "rows": 1])
    }

    @Test func aChangeThatIsStoppedHasNotHappened() async throws {
        let endless = "WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
        let change = Task {
            await failure {
                try await runNode(
                    "sqlite.execute", ["database": "data/shop.db", "sql": .string("DELETE FROM t; \(endless)")],
                    in: folder)
            }
        }
        // What was there before lies in it as soon as the first statement is done.
        for _ in 0..<6000 where access(folder.path + "/data/shop.db-journal", F_OK) != 0 {
            try await Task.sleep(for: .milliseconds(10))
        }
        change.cancel()
        let stopped = await change.value
        #expect(stopped?.kind == .cancelled)
        #expect(stopped?.nothingSent == true)
        let count = try await runNode(
            "sqlite.query", ["database": "data/shop.db", "sql": "SELECT count(*) AS n FROM t"], in: folder)
        #expect(count == [["n": 3]])
    }

    @Test func rowsComeAsMaps() async throws {
        let rows = try await runNode(
            "sqlite.query",
            ["database": "data/shop.db", "sql": "SELECT id, name FROM t WHERE id < :max", "params": ["max": 3]],
            in: folder)
        #expect(rows == [["id": 1, "name": "Ada"], ["id": 2, "name": "Robert'); DROP TABLE t;--"]])
    }

    @Test func rowsStreamToAFile() async throws {
        let file = try await runNode(
            "sqlite.query", ["database": "data/shop.db", "sql": "SELECT name FROM t WHERE id = 1", "to": "o/r.jsonl"],
            in: folder)
        #expect(try folder.read("o/r.jsonl") == "{\"name\":\"Ada\"}\n")
        guard case .file(let reference) = file else {
            Issue.record("no file")
            return
        }
        #expect(reference.size == 15)
    }

    @Test func tooManyRowsAreRefused() async throws {
        let failure = await failure {
            try await runNode(
                "sqlite.query", ["database": "data/shop.db", "sql": "SELECT * FROM t", "max_rows": 2], in: folder)
        }
        #expect(failure?.message == "the query gives more than 2 rows")
        #expect(failure?.hint == "ask for fewer, raise max_rows, or write them to a file with to:")
        let written = await FlowNodesTests.failure {
            try await runNode(
                "sqlite.query",
                ["database": "data/shop.db", "sql": "SELECT * FROM t", "max_rows": 2, "to": "o/few.jsonl"], in: folder)
        }
        #expect(written?.message == "the query gives more than 2 rows")
    }

    @Test func bytesGoToFiles() async throws {
        let rows = try await runNode(
            "sqlite.query",
            [
                "database": "data/shop.db", "sql": "SELECT 1 AS id, x'4869' AS \"a/b\", x'4f' AS \"c/\u{301}d\"",
                "files_to": "pictures",
            ],
            in: folder)
        #expect(rows.listValue?.first?["id"] == 1)
        #expect(try folder.read("pictures/1-a_b") == "Hi")
        #expect(try folder.read("pictures/1-c_\u{301}d") == "O")
    }

    @Test func bytesComeBackFromAFile() async throws {
        let database: Value = "data/shop.db"
        _ = try await runNode(
            "sqlite.execute",
            [
                "database": database,
                "sql": "CREATE TABLE p (Data BLOB, note TEXT); INSERT INTO p VALUES (x'00ff', 'AP8='), (NULL, '')",
            ], in: folder)
        _ = try await runNode(
            "sqlite.query", ["database": database, "sql": "SELECT * FROM p", "to": "p.jsonl"], in: folder)
        for table: Value in ["p", "main.p"] {
            _ = try await runNode(
                "sqlite.execute_many",
                ["database": database, "table": table, "columns": ["data", "note"], "each": [[.bytes([1]), "x"]]],
                in: folder)
            _ = try await runNode(
                "sqlite.execute_many", ["database": database, "table": table, "from": "p.jsonl"], in: folder)
        }
        let rows = try await runNode(
            "sqlite.query",
            ["database": database, "sql": "SELECT Data, note, count(*) AS n FROM p GROUP BY 1, 2 ORDER BY 1"],
            in: folder)
        #expect(
            rows == [
                ["Data": nil, "note": "", "n": 3], ["Data": .bytes([0, 255]), "note": "AP8=", "n": 3],
                ["Data": .bytes([1]), "note": "x", "n": 2],
            ])
        let refused = await failure {
            try await runNode(
                "sqlite.execute_many", ["database": database, "table": "p", "each": [["Data": "no base64!"]]],
                in: folder)
        }
        #expect(refused?.message == "row 1: the column \"Data\" holds bytes, and the text for it is no base64")
        #expect(refused?.hint == "give base64, or bytes: ${{ bytes(text) }}")
    }

    /// Where Swift sees one character, SQLite sees the quote that ends the name.
    @Test func aQuoteInTheNameOfAColumnEndsNothing() async throws {
        let row: Value = .map(ValueMap([("name\"\u{301}, id) VALUES (?, 77) --", "x")]))
        let refused = await failure {
            try await runNode(
                "sqlite.execute_many", ["database": "data/shop.db", "table": "t", "each": [row]], in: folder)
        }
        #expect(refused?.message.contains("has no column named") == true, "\(String(describing: refused))")
    }

    @Test(arguments: ["sqlite.query", "sqlite.execute"]) func aFolderIsNoDatabase(_ node: String) async throws {
        let refused = await failure { try await runNode(node, ["database": "data", "sql": "SELECT 1"], in: folder) }
        #expect(refused?.message == "\"\(folder.path)/data\" is a folder" && refused?.hint == "name a file")
    }

    @Test func nothingOfARowIsLost() async throws {
        let failure = await failure {
            try await runNode(
                "sqlite.execute_many",
                ["database": "data/shop.db", "table": "t", "each": [["id": 21], ["id": 22, "name": "Bo"]]], in: folder)
        }
        #expect(failure?.message == "row 2: the first row has no column \"name\"")
    }

    @Test func rowsOfAFileGoIntoATable() async throws {
        try folder.write("id,name\n11,Lin\n12,\n", to: "rows.csv")
        let loaded = try await runNode(
            "sqlite.execute_many", ["database": "data/shop.db", "table": "t", "from": "rows.csv"], in: folder)
        #expect(loaded == ["changes": 2, "rows": 2])
        try folder.write("{\"id\": 11, \"name\": \"L\"}\n{\"id\": 99, \"name\": \"-\"}\n", to: "rows.jsonl")
        let updated = try await runNode(
            "sqlite.execute_many",
            [
                "database": "data/shop.db", "sql": "UPDATE t SET name = :name WHERE id = :id", "from": "rows.jsonl",
            ], in: folder)
        #expect(updated == ["changes": 1, "rows": 2])
        let rows = try await runNode(
            "sqlite.query", ["database": "data/shop.db", "sql": "SELECT id, name FROM t WHERE id > 10"], in: folder)
        #expect(rows == [["id": 11, "name": "L"], ["id": 12, "name": nil]])
        let failure = await failure {
            try await runNode(
                "sqlite.execute_many",
                ["database": "data/shop.db", "table": "t", "columns": ["id"], "each": [[20], [11]]], in: folder)
        }
        #expect(
            failure?.message.hasPrefix("row 2: ") == true && failure?.kind == .conflict,
            "\(String(describing: failure))")
        let left = try await runNode(
            "sqlite.query", ["database": "data/shop.db", "sql": "SELECT id FROM t WHERE id = 20"], in: folder)
        #expect(left == [])
    }

    @Test func aTransactionGivesTheResultOfEachStatement() async throws {
        let statements: Value = [
            ["sql": "UPDATE t SET name = :name WHERE id < :max", "params": ["name": "x", "max": 3]],
            ["sql": "SELECT count(*) AS n FROM t WHERE name = 'x'"],
        ]
        let results = try await runNode(
            "sqlite.transaction", ["database": "data/shop.db", "statements": statements], in: folder)
        #expect(results == [["changes": 2, "rows": []], ["changes": 0, "rows": [["n": 2]]]])
        let failure = await failure {
            try await runNode(
                "sqlite.transaction",
                [
                    "database": "data/shop.db",
                    "statements": [["sql": "DELETE FROM t"], ["sql": "SELECT * FROM nowhere"]],
                ], in: folder)
        }
        #expect(
            failure?.message
                == "statements[1]: the database \"\(folder.path)/data/shop.db\": no such table: nowhere")
        let left = try await runNode(
            "sqlite.query", ["database": "data/shop.db", "sql": "SELECT count(*) AS n FROM t"], in: folder)
        #expect(left == [["n": 3]])
    }

    @Test func oneBadSetUndoesAll() async throws {
        let failure = await failure {
            try await runNode(
                "sqlite.execute",
                [
                    "database": "data/shop.db", "sql": "INSERT INTO t (id) VALUES (?)", "each": [[10], [1]],
                ], in: folder)
        }
        #expect(failure != nil)
        let rows = try await runNode(
            "sqlite.query", ["database": "data/shop.db", "sql": "SELECT count(*) AS n FROM t"], in: folder)
        #expect(rows == [["n": 3]])
    }

    @Test func aQueryChangesNothing() async throws {
        let failure = await failure {
            try await runNode("sqlite.query", ["database": "data/shop.db", "sql": "DELETE FROM t"], in: folder)
        }
        #expect(
            failure?.message
                == "the statement would change the database \"\(folder.path)/data/shop.db\", which is open for reading only"
        )
        #expect(failure?.hint == "use sqlite.execute for what changes data")
    }

    @Test func whatReturningGivesIsNotLost() async throws {
        func execute(_ sql: String, _ name: String = "params", _ values: Value = .null) async throws -> Value {
            try await runNode(
                "sqlite.execute", ["database": "data/shop.db", "sql": .string(sql), "\(name)": values], in: folder)
        }
        let inserted = try await execute("INSERT INTO t (name) VALUES ('Lin'), ('Eve') RETURNING id, name")
        #expect(inserted == ["changes": 2, "rows": [["id": 4, "name": "Lin"], ["id": 5, "name": "Eve"]]])
        let each = try await execute("INSERT INTO t (name) VALUES (?) RETURNING id", "each", [["Bo"], ["Cy"]])
        #expect(each == ["changes": 2, "rows": [["id": 6], ["id": 7]]])
        let updated = try await execute("UPDATE t SET name = :n WHERE id > 5 RETURNING id", "params", ["n": "x"])
        #expect(updated == ["changes": 2, "rows": [["id": 6], ["id": 7]]])
        let script = try await execute(
            "-- all\nDELETE FROM t WHERE id > 3 RETURNING id; SELECT count(*) AS n FROM t; -- end\n")
        #expect(script == ["changes": 4, "rows": [["id": 4], ["id": 5], ["id": 6], ["id": 7], ["n": 3]]])
        let several = try await execute(
            "INSERT INTO t (id) VALUES (8), (9); UPDATE t SET name = 'z' WHERE id = 8; CREATE TABLE u (a); SELECT 1 AS one"
        )
        #expect(several == ["changes": 3, "rows": [["one": 1]]])
    }

    @Test func twoColumnsOfOneNameAreRefused() async throws {
        let failure = await failure {
            try await runNode(
                "sqlite.query", ["database": "data/shop.db", "sql": "SELECT id, name AS id FROM t"], in: folder)
        }
        #expect(failure?.message == "the query gives two columns with the name \"id\"")
    }

    @Test func aFileIsBoundAsItsBytes() async throws {
        try folder.write("a\u{0}b", to: "a.bin")
        let file = Value.file(FileReference(path: folder.path + "/a.bin", size: 3))
        for params: Value in [[file], ["f": file]] {
            let sql = params.listValue == nil ? "SELECT :f AS f" : "SELECT ? AS f"
            let rows = try await runNode(
                "sqlite.query", ["database": "data/shop.db", "sql": .string(sql), "params": params], in: folder)
            #expect(rows == [["f": .bytes([0x61, 0, 0x62])]])
        }
    }

    @Test func aMissingDatabaseIsNotFound() async throws {
        let failure = await failure {
            try await runNode("sqlite.query", ["database": "none.db", "sql": "SELECT 1"], in: folder)
        }
        #expect(failure?.kind == .notFound)
    }

    @Test func scalarsAreNoParameters() async throws {
        let failure = await failure {
            try await runNode("sqlite.query", ["database": "data/shop.db", "sql": "SELECT ?", "params": 1], in: folder)
        }
        #expect(failure?.message == "params must be a list or a map, not a int")
    }

    @Test func paramsAndEachExcludeEachOther() async throws {
        let failure = await failure {
            try await runNode(
                "sqlite.execute",
                ["database": "data/shop.db", "sql": "SELECT ?", "params": [1], "each": [[1]]], in: folder)
        }
        #expect(failure?.message == "sqlite.execute: give \"params\" or \"each\", not both")
    }
}
