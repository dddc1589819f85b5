import FlowCore
import FlowStore
import Glibc
import Testing

@Suite struct DatabaseTests {
    private let database: Database

    init() throws { database = try Database.open("scratch", mode: .memory) }

    @Test func valuesComeBackAsWhatTheyWereStoredAs() throws {
        try database.execute("CREATE TABLE t (i INTEGER, r REAL, s TEXT, b BLOB, n)")
        try database.execute(
            "INSERT INTO t VALUES (?, ?, ?, ?, ?)",
            [.int(.max), 1.5, .string("a\0b é 日本"), .bytes([0, 255]), .null])
        let row = try #require(try database.query("SELECT * FROM t").first)
        #expect(row.columnNames == ["i", "r", "s", "b", "n"])
        #expect(row.values == [.int(.max), 1.5, .string("a\0b é 日本"), .bytes([0, 255]), .null])
        #expect(row["s"] == row[2])
        #expect(row["nothing"] == .null)
        #expect(row.asMap["i"] == .int(.max))
    }

    @Test func aRawRowGivesEachColumnAsWhatItIsAndNothingElse() throws {
        try database.execute("CREATE TABLE t (i INTEGER, r REAL, s TEXT, b BLOB, n)")
        try database.execute(
            "INSERT INTO t VALUES (?, ?, ?, ?, ?), (?, ?, ?, ?, ?)",
            [.int(.max), 1.5, .string("é 日本"), .bytes([0, 255]), .null, 1, 2, .string(""), .bytes([]), .null])
        var rows: [[String]] = []
        try database.forEachRawRow("SELECT * FROM t WHERE i >= ?", [1]) { row in
            rows.append(
                (Int32(0)..<5).map { column in
                    "\(row.integer(column)?.description ?? "-") \(row.string(column) ?? "-") "
                        + "\(row.bytes(column).map(Array.init)?.description ?? "-")"
                })
        }
        #expect(
            rows == [
                ["\(Int64.max) - -", "- - -", "- é 日本 -", "- - [0, 255]", "- - -"],
                ["1 - -", "- - -", "-  -", "- - []", "- - -"],
            ])
    }

    @Test(arguments: [
        (Value.bool(true), Value.int(1), "integer"),
        (.uint(7), .int(7), "integer"),
        (.uint(.max), "18446744073709551615", "text"),
        (.number(ExactNumber(text: "0.10000000000000000001")), "0.10000000000000000001", "text"),
        (.bytes([]), .bytes([]), "blob"),
        (.string(""), "", "text"),
        (.list([1, "a", .null]), "[1,\"a\",null]", "text"),
        (.map(ValueMap([("k", true)])), "{\"k\":true}", "text"),
        (.timestamp(Timestamp(seconds: 1)), "1970-01-01T00:00:01Z", "text"),
        (.secret("fake"), "fake", "text"),
        (.optional(nil), .null, "null"),
        (.absent, .null, "null"),
    ])
    func valuesThatSQLiteLacksAreStoredAsTextOrNumbers(value: Value, stored: Value, type: String) throws {
        let row = try #require(try database.query("SELECT ? AS v, typeof(?1) AS t", [value]).first)
        #expect(row["v"] == stored)
        #expect(row["t"] == .string(type))
    }

    @Test func aStreamCanNotBeStored() throws {
        let stream = Value.stream(ValueStream { nil })
        #expect(
            throws: Failure(
                .invalid, "parameter 1 of the statement is a stream, which can't be stored",
                hint: "collect it into a list first", code: "SQLITE_MISMATCH")
        ) { try database.query("SELECT ?", [stream]) }
    }

    @Test func parametersCanHaveNames() throws {
        let row = try #require(
            try database.query("SELECT :a + @b + $a AS sum", ValueMap([("a", 1), ("b", 40)])).first)
        #expect(row["sum"] == 42)
    }

    @Test func argumentsThatDoNotFitTheStatementAreNamed() throws {
        #expect(
            throws: Failure(
                .invalid, "the statement takes 1 parameter, but 2 were given", hint: "give one value for each \"?\"",
                code: "SQLITE_RANGE")
        ) { try database.query("SELECT ?", [1, 2]) }
        #expect(
            throws: Failure(
                .invalid, "there is no value for the parameter \":author\" of the statement",
                hint: "did you mean \"auhtor\"?", code: "SQLITE_RANGE")
        ) { try database.query("SELECT :author", ValueMap([("auhtor", 1)])) }
        #expect(
            throws: Failure(
                .invalid, "the statement has no parameter \":b\"", hint: "did you mean \"a\"?", code: "SQLITE_RANGE")
        ) { try database.query("SELECT :a", ValueMap([("a", 1), ("b", 1)])) }
        #expect(
            throws: Failure(
                .invalid, "parameter 1 of the statement has no name, but the values have",
                hint: "write it as \":name\", or give the values as a list", code: "SQLITE_RANGE")
        ) { try database.query("SELECT ?", ValueMap([("a", 1)])) }
    }

    @Test func oneCallRunsOneStatement() throws {
        #expect(try database.query("SELECT 1 ; -- a comment\n").count == 1)
        #expect(
            throws: Failure(
                .invalid, "the SQL text holds more than one statement", hint: "give the statements one at a time")
        ) { try database.execute("SELECT 1; DELETE FROM t") }
        #expect(throws: Failure(.invalid, "the SQL text holds no statement", hint: "write one statement")) {
            try database.execute(" -- nothing")
        }
    }

    @Test func changesCountWhatTheLastStatementChanged() throws {
        try database.executeScript("CREATE TABLE t (x); INSERT INTO t VALUES (1), (2), (3);")
        #expect(try database.execute("UPDATE t SET x = x + 1 WHERE x > ?", [1]) == 2)
        #expect(database.changes == 2)
        #expect(try database.execute("CREATE TABLE other (x)") == 0)
        try database.execute("INSERT INTO t VALUES (9)")
        #expect(database.lastInsertRowID == 4)
    }

    @Test func rowsCanBeReadUntilOneIsFound() throws {
        var seen: [Int64] = []
        try database.forEachRow(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"
        ) { row in
            seen.append(row[0].intValue ?? 0)
            return seen.count < 3
        }
        #expect(seen == [1, 2, 3])
    }

    @Test func aStatementMayRunInsideItself() throws {
        let sql = "SELECT ? AS x UNION ALL SELECT 2"
        var seen: [Value] = []
        try database.forEachRow(sql, [1]) { outer in
            seen.append(outer[0])
            try database.forEachRow(sql, [10]) { inner in
                seen.append(inner[0])
                return true
            }
            return true
        }
        #expect(seen == [1, 10, 2, 2, 10, 2])
    }

    @Test func columnNamesFollowAChangedTable() throws {
        try database.executeScript("CREATE TABLE t (a); INSERT INTO t VALUES (1);")
        #expect(try database.query("SELECT * FROM t").first?.columnNames == ["a"])
        try database.execute("ALTER TABLE t RENAME COLUMN a TO b")
        #expect(try database.query("SELECT * FROM t").first?.columnNames == ["b"])
    }

    @Test func moreStatementsThanAreKeptStillWork() throws {
        for number in 0..<200 {
            #expect(try database.query("SELECT \(number)").first?[0] == .int(Int64(number)))
        }
        #expect(try database.query("SELECT 0").first?[0] == 0)
    }

    @Test func manyThreadsShareAConnection() async throws {
        try database.execute("CREATE TABLE t (x INTEGER)")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { [database] in
                    for _ in 0..<100 {
                        try database.transaction {
                            let count = try database.query("SELECT count(*) FROM t")[0][0]
                            try database.execute("INSERT INTO t VALUES (?)", [count])
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try database.query("SELECT count(*), count(DISTINCT x) FROM t")[0].values == [800, 800])
    }

    @Test func interruptEndsALongQueryAndAllThatFollows() throws {
        let problem = Failure(
            .cancelled, "the work on the database \"scratch\" was cancelled", code: "SQLITE_INTERRUPT")
        #expect(throws: problem) {
            try database.forEachRow(
                "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"
            ) { _ in
                database.interrupt()
                return true
            }
        }
        #expect(throws: problem) { try database.query("SELECT 1") }
    }

    @Test func interruptBetweenTwoStatementsRollsTheTransactionBack() throws {
        try database.execute("CREATE TABLE u (x)")
        let other = try Database.open("other", mode: .memory)
        try other.execute("CREATE TABLE u (x)")
        #expect(throws: Failure.self) {
            try other.transaction {
                try other.execute("INSERT INTO u VALUES (1)")
                other.interrupt()
                try other.execute("INSERT INTO u VALUES (2)")
            }
        }
        #expect(throws: Failure.self) { try other.execute("INSERT INTO u VALUES (3)") }
        #expect(try database.execute("INSERT INTO u VALUES (1)") == 1)
    }
}
