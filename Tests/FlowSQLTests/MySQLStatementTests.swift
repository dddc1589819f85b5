import FlowCore
import FlowTestKit
import Testing

@testable import FlowSQL

@Suite(.enabled(if: MySQLServer.isThere, "\(TestService.advice)")) struct MySQLStatementTests {
    @Test func rowsAreCountedThatAStatementFindsOrChanges() async throws {
        let counts = try await MySQLServer.with { connection in
            [
                try connection.change("CREATE TEMPORARY TABLE t (id INT PRIMARY KEY, n INT)"),
                try connection.change("INSERT INTO t VALUES (1, 1), (2, 2)"),
                // One of them is as it is to be already.
                try connection.change("UPDATE t SET n = 2"),
                try connection.change("SELECT * FROM t"),
                try connection.change("DELETE FROM t WHERE id > ?", [1]),
            ]
        }
        #expect(counts == [0, 2, 2, 0, 1])
    }

    @Test func aProcedureGivesItsFirstRows() async throws {
        let rows = try await MySQLServer.with { connection in
            try connection.change("DROP PROCEDURE IF EXISTS two_results")
            try connection.change(
                "CREATE PROCEDURE two_results(n INT) BEGIN SELECT n AS a UNION SELECT n + 1; SELECT 'other' AS b; END")
            let rows = try connection.rows("CALL two_results(?)", [5])
            // What was passed over is not in the way.
            #expect(try connection.rows("SELECT 1 AS one") == [ValueMap([("one", 1)])])
            return rows
        }
        #expect(rows == [ValueMap([("a", 5)]), ValueMap([("a", 6)])])
    }

    @Test func returningGivesRowsOfAChange() async throws {
        let (rows, changes) = try await MySQLServer.with { connection in
            try connection.change("CREATE TEMPORARY TABLE r (id INT AUTO_INCREMENT PRIMARY KEY, name TEXT)")
            var rows: [ValueMap] = []
            let insert = "-- two\nINSERT INTO r (name) VALUES (?), (?) RETURNING id, name"
            var changes = [try connection.run(SQLStatement(insert, ["Ada", "Lin"])) { rows.append($0) }]
            changes.append(try connection.run(SQLStatement("DELETE FROM r WHERE id = 2 RETURNING id")) { _ in })
            changes.append(try connection.run(SQLStatement("SELECT * FROM r")) { _ in })
            return (rows, changes)
        }
        #expect(rows.map { $0["id"] } == [1, 2])
        #expect(changes == [2, 1, 0])
    }

    @Test func aHundredThousandRowsGoInAndComeOut() async throws {
        let (count, sum) = try await MySQLServer.with { connection in
            try connection.change("CREATE TEMPORARY TABLE many (id INT PRIMARY KEY, name VARCHAR(40))")
            var next = 0
            let count = try connection.runMany("INSERT INTO many (id, name) VALUES (?, ?) -- each") {
                next += 1
                return next > 100_000 ? nil : [.int(Int64(next)), .string("name \(next)")]
            }
            var sum: Int64 = 0
            _ = try connection.run(SQLStatement("SELECT * FROM many")) { sum += $0["id"]?.intValue ?? 0 }
            return (count, sum)
        }
        #expect(count == 100_000)
        #expect(sum == 5_000_050_000)
    }

    @Test func statementsThatAreNoInsertsRunOnceForEach() async throws {
        let left = try await MySQLServer.with { connection in
            try connection.change("CREATE TEMPORARY TABLE e (id INT PRIMARY KEY, n INT)")
            var inserts: [[Value]] = [[3, 0], [2, 0], [1, 0]]
            #expect(try connection.runMany("INSERT INTO e VALUES (?, ?)") { inserts.popLast() } == 3)
            var updates: [[Value]] = [[30, 3], [10, 1]]
            #expect(try connection.runMany("UPDATE e SET n = ? WHERE id = ?") { updates.popLast() } == 2)
            return try connection.rows("SELECT n FROM e ORDER BY id")
        }
        #expect(left.map { $0["n"] } == [10, 0, 30])
    }

    @Test func rowsThatAreThereAlreadyAreChanged() async throws {
        let rows = try await MySQLServer.with { connection in
            try connection.change("CREATE TEMPORARY TABLE u (id INT PRIMARY KEY, n INT)")
            var values: [[Value]] = [[1, 3], [2, 2], [1, 1]]
            _ = try connection.runMany(
                "INSERT INTO u (id, n) VALUES (?, ?) ON DUPLICATE KEY UPDATE n = VALUES(n)"
            ) { values.popLast() }
            return try connection.rows("SELECT * FROM u ORDER BY id")
        }
        #expect(rows.map { $0["n"] } == [3, 2])
    }

    @Test func aSessionThatIsNotStrictTakesNoNullForZero() async throws {
        for sql in ["INSERT INTO lax VALUES (?)", "INSERT INTO lax VALUES (NULLIF(?, 2))"] {
            let refused = await failure {
                try await MySQLServer.with { connection in
                    try connection.change("SET SESSION sql_mode = ''")
                    try connection.change("CREATE TEMPORARY TABLE lax (n INT NOT NULL)")
                    var rows: [[Value]] = [[sql.contains("NULLIF") ? 2 : nil], [1]]
                    _ = try connection.runMany(sql) { rows.popLast() }
                }
            }
            #expect(refused?.code == "1048", "\(sql)")
        }
    }

    /// The rows of a table without transactions stay when the connection breaks.
    @Test func rowsThatMayStayAreNotSentOnceMore() async throws {
        let failures = try await MySQLServer.with { connection in
            try connection.change("CREATE OR REPLACE TABLE lasting (n INT) ENGINE = MyISAM")
            try connection.change("CREATE OR REPLACE TABLE passing (n INT) ENGINE = InnoDB")
            return try ["passing", "lasting"].map { table in
                let other = try MySQL.open(connection.account, stop: StopPipe())
                defer { other.close() }
                var row = 0
                do {
                    try SQLOutcome.ofTransaction(on: other) {
                        _ = try other.load(into: SQLName(table, .mySQL), columns: ["n"], isAsQueried: false) {
                            row += 1
                            if row == 600 { other.cut() }
                            return row > 1000 ? nil : [.int(Int64(row))]
                        }
                    }
                    return nil as Failure?
                } catch {
                    return Failure(error)
                }
            }
        }
        #expect(failures[0]?.kind == .network && failures[0]?.nothingSent == true)
        #expect(failures[1]?.kind == .uncertain && failures[1]?.nothingSent == false)
        #expect(
            failures[1]?.message.hasSuffix("broke; tables that have no transactions keep what was done before") == true)
    }

    @Test func aRowOfAnotherWidthIsRefused() async throws {
        let refused = await failure {
            try await MySQLServer.with { connection in
                var rows: [[Value]] = [[1]]
                _ = try connection.runMany("INSERT INTO nothing VALUES (?, ?)") { rows.popLast() }
            }
        }
        #expect(refused?.message == "the statement takes 2 values, but 1 was given")
    }

    @Test func aConnectionThatIsGivenBackHasForgotten() async throws {
        let (isUsable, after) = try await MySQLServer.with { connection in
            try connection.change("SET @secret = 'fake', SESSION sql_mode = '', time_zone = '+05:00'")
            try connection.change("CREATE TEMPORARY TABLE gone (id INT)")
            try connection.begin(readOnly: false)
            return (
                connection.reset(),
                try connection.rows("SELECT @secret AS s, @@time_zone AS z, @@in_transaction AS t, 'ü' AS u")
            )
        }
        #expect(isUsable)
        #expect(after == [ValueMap([("s", nil), ("z", "+00:00"), ("t", 0), ("u", "ü")])])
    }

    @Test func aReadOnlyAccountCantWrite() async throws {
        let account = try await MySQLServer.account().with { $0.isReadOnly = true }
        let refused = await failure {
            try await MySQLServer.with(account) { try $0.change("CREATE TABLE no (id INT)") }
        }
        #expect(refused?.kind == .permission)
        #expect(refused?.message == "MySQL: cannot execute statement in a READ ONLY transaction")
        #expect(refused?.hint == "use mysql.execute, and a credential without read_only")
        #expect(refused?.code == "1792")
    }

    @Test func aStatementMayTakeOnlySoLong() async throws {
        let refused = await failure {
            try await MySQLServer.with { connection in
                try connection.limitStatements(to: .milliseconds(50))
                return try connection.rows("SELECT SLEEP(20)")
            }
        }
        #expect(refused?.kind == .timeout)
        #expect(refused?.hint == "make it quicker, or allow more with statement_timeout")
    }

    @Test func itSaysWhoIsWhere() async throws {
        let who = try await MySQLServer.with { try $0.describe() }
        #expect(who["server"] == "MariaDB" && who["database"] == "flow" && who["user"] == "flow@%")
        #expect(who["tls"] == "TLSv1.3")
        #expect(who["version"]?.stringValue?.contains("MariaDB") == true)
    }

    @Test func itKnowsItsTables() async throws {
        let (tables, columns) = try await MySQLServer.with { connection in
            try connection.change(
                "CREATE OR REPLACE TABLE orders (shop INT, id BIGINT, note TEXT DEFAULT 'x', PRIMARY KEY (id, shop))")
            try connection.change("CREATE OR REPLACE VIEW open_orders AS SELECT * FROM orders")
            return (
                try connection.rows(MySQL.catalog.tables, ["flow"]),
                try connection.rows(MySQL.catalog.columns, [nil, "orders"])
            )
        }
        #expect(tables.contains(ValueMap([("schema", "flow"), ("name", "orders"), ("kind", "table")])))
        #expect(tables.contains(ValueMap([("schema", "flow"), ("name", "open_orders"), ("kind", "view")])))
        #expect(columns.map { $0["name"] } == ["shop", "id", "note"])
        #expect(columns.map { $0["nullable"] } == [false, false, true])
        #expect(columns.map { $0["key"] ?? "none" } == [2, 1, nil])
        #expect(columns[0]["type"] == "int(11)")
    }
}
