import FlowCore
import FlowNodes
import FlowSpec
import FlowTestKit
import Synchronization
import Testing

@testable import FlowSQL

@Suite(.enabled(if: MySQLServer.isThere, "\(TestService.advice)")) struct MySQLNodeTests {
    @Test func rowsGoInAndComeOut() async throws {
        let bench = try await MySQLBench()
        try await bench.execute("CREATE OR REPLACE TABLE people (id INT PRIMARY KEY, name TEXT, born DATE)")
        let done = try await bench.run(
            "mysql.execute_many",
            [
                "table": "people",
                "each": [["id": 1, "name": "Ada", "born": "1815-12-10"], ["id": 2, "name": "'); --"]],
            ])
        #expect(done == ["changes": 2, "rows": 2])
        let rows = try await bench.query("SELECT * FROM people WHERE id < :max ORDER BY id", ["max": 3])
        #expect(rows == [["id": 1, "name": "Ada", "born": "1815-12-10"], ["id": 2, "name": "'); --", "born": nil]])
        #expect(
            try await bench.run(
                "mysql.upsert",
                ["table": "people", "key": ["id"], "rows": [["id": 2, "name": "Lin"], ["id": 3, "name": "Eve"]]]
            ) == ["rows": 2])
        #expect(
            try await bench.query("SELECT name FROM people WHERE id > 1 ORDER BY id") == [
                ["name": "Lin"], ["name": "Eve"],
            ])
        await bench.world.connections.close()
    }

    @Test func itSaysWhoIsWhere() async throws {
        let bench = try await MySQLBench()
        let who = try await bench.run("mysql.check")
        #expect(who["server"] == "MariaDB" && who["user"] == "admin@%" && who["tls"] == "TLSv1.3")
        #expect(who["host"] == .string("localhost:\(bench.place.port)"))
        #expect(who["who"] == .string("admin@% at localhost:\(bench.place.port)"))
        await bench.world.connections.close()
    }

    @Test func tablesAreDescribed() async throws {
        let bench = try await MySQLBench()
        try await bench.execute("CREATE OR REPLACE TABLE described (id INT PRIMARY KEY, note TEXT)")
        let columns = try await bench.run("mysql.describe_table", ["table": "described"])
        #expect(
            columns == [
                ["name": "id", "type": "int(11)", "nullable": false, "default": nil, "key": 1],
                ["name": "note", "type": "text", "nullable": true, "default": "NULL", "key": nil],
            ])
        let missing = await failure { try await bench.run("mysql.describe_table", ["table": "flow.nothing"]) }
        #expect(missing?.kind == .notFound)
        #expect(try await bench.run("mysql.list_tables", ["schema": "flow"]).listValue?.isEmpty == false)
        await bench.world.connections.close()
    }

    @Test func aTransactionHappensWholeOrNotAtAll() async throws {
        let bench = try await MySQLBench()
        try await bench.execute("CREATE OR REPLACE TABLE whole (id INT PRIMARY KEY AUTO_INCREMENT, n INT)")
        let refused = await failure {
            try await bench.run(
                "mysql.transaction",
                [
                    "statements": [
                        ["sql": "INSERT INTO whole VALUES (1, 1)"],
                        ["sql": "INSERT INTO whole VALUES (1, ?)", "params": [2]],
                    ]
                ])
        }
        #expect(refused?.kind == .conflict && refused?.code == "1062")
        // The value is not told.
        #expect(refused?.message == "statements[1]: MySQL: duplicate entry … for key 'PRIMARY'")
        #expect(try await bench.query("SELECT * FROM whole") == [])
        let done = try await bench.run(
            "mysql.transaction",
            [
                "statements": [
                    ["sql": "INSERT INTO whole (n) VALUES (5)"],
                    ["sql": "SELECT LAST_INSERT_ID() = MAX(id) AS same FROM whole"],
                ]
            ])
        #expect(done == [["changes": 1, "rows": []], ["changes": 0, "rows": [["same": 1]]]])
        await bench.world.connections.close()
    }

    @Test func aDeadlockIsForAnotherTry() async throws {
        let bench = try await MySQLBench()
        try await bench.execute("CREATE OR REPLACE TABLE locks (id INT PRIMARY KEY, n INT)")
        try await bench.execute("INSERT INTO locks VALUES (1, 0), (2, 0)")
        func swap(_ first: Int64, _ second: Int64) async -> Failure? {
            await failure {
                try await bench.run(
                    "mysql.transaction",
                    [
                        "statements": [
                            ["sql": "UPDATE locks SET n = n + 1 WHERE id = ?", "params": [.int(first)]],
                            // Both have their first row when one asks for its second.
                            ["sql": "SELECT SLEEP(0.3)"],
                            ["sql": "UPDATE locks SET n = n + 1 WHERE id = ?", "params": [.int(second)]],
                        ]
                    ])
            }
        }
        async let one = swap(1, 2)
        async let other = swap(2, 1)
        let failures = await [one, other].compactMap { $0 }
        #expect(failures.count == 1)
        #expect(failures.first?.kind == .transient && failures.first?.nothingSent == true)
        #expect(failures.first?.code == "1213")
        #expect(failures.first?.hint == "another transaction was in the way; the whole of this one can be repeated")
        #expect(try await bench.query("SELECT n FROM locks") == [["n": 1], ["n": 1]])
        await bench.world.connections.close()
    }

    @Test func parallelStepsShareAFewConnections() async throws {
        let bench = try await MySQLBench(fields: [("connections", "2"), ("username", "flow")])
        let numbers = try await withThrowingTaskGroup(of: Value.self) { group in
            for _ in 0..<20 { group.addTask { try await bench.query("SELECT CONNECTION_ID() AS id") } }
            return try await group.reduce(into: Set<Value>()) { $0.insert($1) }
        }
        #expect((1...2).contains(numbers.count))
        await bench.world.connections.close()
    }

    @Test func aCancelledQueryEndsAtTheServer() async throws {
        let bench = try await MySQLBench()
        let query = Task { try await bench.query("SELECT SLEEP(600) AS never, 'cancelled step' AS mark") }
        try await bench.until(true, "SLEEP(600) AS never")
        query.cancel()
        let ended = await failure { try await query.value }
        #expect(ended?.kind == .cancelled)
        try await bench.until(false, "SLEEP(600) AS never")
        // The pool goes on.
        #expect(try await bench.query("SELECT 1 AS one") == [["one": 1]])
        await bench.world.connections.close()
    }

    @Test func aCancelledChangeIsUndone() async throws {
        let bench = try await MySQLBench()
        try await bench.execute("CREATE OR REPLACE TABLE undone (n INT)")
        let change = Task {
            try await bench.run(
                "mysql.transaction",
                ["statements": [["sql": "INSERT INTO undone VALUES (1)"], ["sql": "SELECT SLEEP(601) AS never"]]])
        }
        try await bench.until(true, "SLEEP(601) AS never")
        change.cancel()
        #expect(await failure { try await change.value }?.kind == .cancelled)
        try await bench.until(false, "SLEEP(601) AS never")
        await bench.world.connections.close()
        #expect(try await MySQLBench().query("SELECT * FROM undone") == [])
    }

    @Test func aQueryIsForReading() async throws {
        let bench = try await MySQLBench()
        let refused = await failure { try await bench.query("DELETE FROM mysql.user") }
        #expect(refused?.kind == .permission && refused?.code == "1792")
        let readOnly = try await MySQLBench(fields: [("read_only", "true")])
        let also = await failure { try await readOnly.execute("DELETE FROM mysql.user") }
        #expect(also?.message == "mysql.execute changes data, and the credential \"shop\" is for reading only")
        await bench.world.connections.close()
    }

    /// What ends a transaction ends the one that is for reading only.
    @Test(arguments: [
        "DROP TABLE read_only", "TRUNCATE TABLE read_only", "CREATE TABLE read_only_too (n INT)", "CALL committing()",
    ])
    func aQueryChangesNothingByEndingItsTransaction(sql: String) async throws {
        let bench = try await MySQLBench()
        try await bench.execute("CREATE TABLE IF NOT EXISTS read_only (n INT PRIMARY KEY)")
        try await bench.execute("INSERT IGNORE INTO read_only VALUES (1)")
        try await bench.execute(
            "CREATE OR REPLACE PROCEDURE committing() BEGIN COMMIT; INSERT INTO read_only VALUES (2); COMMIT; END")
        let refused = await failure { try await bench.query(sql) }
        #expect(refused?.kind == .permission && refused?.code == "1792")
        // Who comes after it may write again.
        try await bench.execute("INSERT IGNORE INTO read_only VALUES (1)")
        #expect(try await bench.query("SELECT n FROM read_only") == [["n": 1]])
        await bench.world.connections.close()
    }

    @Test func aProcedureThatFailsMayHaveCommitted() async throws {
        let bench = try await MySQLBench()
        try await bench.execute("CREATE OR REPLACE TABLE booked (n INT) ENGINE = InnoDB")
        try await bench.execute(
            """
            CREATE OR REPLACE PROCEDURE booking() BEGIN
                INSERT INTO booked VALUES (7);
                SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'fake deadlock';
            END
            """)
        for sql in [
            "CALL booking()", "/* all */ EXECUTE IMMEDIATE 'CALL booking()'", "/*! CALL booking() */",
            "BEGIN NOT ATOMIC CALL booking(); END",
        ] {
            let refused = await failure { try await bench.execute(sql) }
            #expect(refused?.kind == .uncertain && refused?.nothingSent == false && refused?.code == "1213", "\(sql)")
            #expect(
                refused?.message
                    == "MySQL: fake deadlock; what the statement has committed before that is kept")
            #expect(refused?.hint == "look in the database, then resume with --mark-done or --retry-uncertain")
        }
        #expect(try await bench.query("SELECT COUNT(*) AS n FROM booked") == [["n": 4]])
        // What is found wrong before it runs has no effect.
        let missing = await failure { try await bench.execute("CALL no_such_booking()") }
        #expect(missing?.kind == .notFound && missing?.nothingSent == true)
        let counted = await failure { try await bench.execute("CALL booking(?)", [1]) }
        #expect(counted?.kind == .invalid && counted?.nothingSent == true)
        await bench.world.connections.close()
    }

    @Test func whatEndsATransactionMustBeItsLastStatement() async throws {
        let bench = try await MySQLBench()
        try await bench.execute("CREATE OR REPLACE TABLE ended (n INT PRIMARY KEY) ENGINE = InnoDB")
        try await bench.execute("CREATE OR REPLACE PROCEDURE renewing() BEGIN COMMIT; START TRANSACTION; END")
        func run(_ statements: [String]) async -> Failure? {
            await failure {
                try await bench.run(
                    "mysql.transaction", ["statements": .list(statements.map { ["sql": .string($0)] })])
            }
        }
        // Also where another one has begun.
        for (number, sql) in ["CREATE OR REPLACE TABLE between_two (n INT)", "CALL renewing()"].enumerated() {
            let ended = await run(["INSERT INTO ended VALUES (\(number))", sql, "INSERT INTO ended VALUES (100)"])
            #expect(ended?.kind == .uncertain && ended?.nothingSent == false)
            #expect(
                ended?.message
                    == "statements[1] ended the transaction: what was done up to there is kept, and the rest was not done"
            )
            #expect(
                ended?.hint == "put what ends a transaction into a step of its own; look in the database, then resume "
                    + "with --mark-done or --retry-uncertain")
        }
        #expect(try await bench.query("SELECT n FROM ended") == [["n": 0], ["n": 1]])
        // One that is refused has ended it as well.
        let refused = await run(["INSERT INTO ended VALUES (2)", "CREATE TABLE ended (n INT)"])
        #expect(refused?.kind == .uncertain && refused?.nothingSent == false)
        #expect(
            refused?.message == "statements[1]: MySQL: table 'ended' already exists; a statement has ended the "
                + "transaction, so that what was done before may be kept")
        #expect(try await bench.query("SELECT COUNT(*) AS n FROM ended") == [["n": 3]])
        // Before and behind everything else it is of no harm.
        let around = ["CREATE OR REPLACE TABLE around (n INT)", "INSERT INTO around VALUES (1)"]
        #expect(await run(around + ["ALTER TABLE around ADD COLUMN m INT"]) == nil)
        #expect(try await bench.query("SELECT n, m FROM around") == [["n": 1, "m": nil]])
        let first = await run(["CREATE TABLE ended (n INT)"])
        #expect(first?.kind == .conflict && first?.nothingSent == true)
        let later = await run(around + ["INSERT INTO ended VALUES (1)"])
        #expect(later?.kind == .uncertain)
        #expect(try await bench.query("SELECT n FROM around") == [])
        await bench.world.connections.close()
    }

    @Test func aTransactionEndsItselfAlone() async throws {
        let bench = try await MySQLBench()
        for sql in ["COMMIT", "-- so\nrollback work", "BEGIN", "START /* a */ TRANSACTION", "; COMMIT AND CHAIN"] {
            let refused = await failure {
                try await bench.run(
                    "mysql.transaction", ["statements": [["sql": "SELECT 1 AS one"], ["sql": .string(sql)]]])
            }
            #expect(refused?.kind == .invalid && refused?.nothingSent == true, "\(sql)")
            #expect(
                refused?.message
                    == "statements[1]: the statement would begin or end a transaction, and all of this is one already")
            #expect(refused?.hint == "leave BEGIN, COMMIT, END and ROLLBACK out")
        }
        let many = await failure { try await bench.run("mysql.execute_many", ["sql": "COMMIT", "each": [[]]]) }
        #expect(many?.message.hasPrefix("sql: the statement would begin or end a transaction") == true)
        for sql in ["ROLLBACK TO here", "BEGIN NOT ATOMIC SET @a = 1; END"] {
            try await bench.run(
                "mysql.transaction", ["statements": [["sql": "SAVEPOINT here"], ["sql": .string(sql)]]])
        }
        await bench.world.connections.close()
    }

    /// In one row alone the server refuses what it takes in the second of many, in tables without transactions.
    @Test func manyRowsAreTakenAsStrictlyAsOne() async throws {
        let bench = try await MySQLBench()
        try await bench.execute("CREATE OR REPLACE TABLE strict_rows (n TINYINT NOT NULL) ENGINE = Aria")
        for (value, code): (Value, String) in [("fake-secret", "1366"), (1000, "1264"), (nil, "1048")] {
            for target: (String, Value) in [
                ("table", "strict_rows"), ("sql", "INSERT INTO strict_rows VALUES (:n)"),
            ] {
                let refused = await failure {
                    let node = try #require(SQLNodes().node(named: "mysql.execute_many"))
                    let arguments = ValueMap([target, ("each", [["n": 1], ["n": value]] as Value)])
                    _ = try await node.run(try node.spec.bind(arguments), in: bench.context)
                }
                #expect(refused?.code == code, "\(value)")
                // The first row stays, and nobody does it once more unasked.
                #expect(refused?.kind == .uncertain && refused?.nothingSent == false)
                #expect(
                    refused?.message.hasSuffix("tables that have no transactions keep what was done before") == true)
            }
        }
        #expect(try await bench.query("SELECT DISTINCT n FROM strict_rows") == [["n": 1]])
        await bench.world.connections.close()
    }

    @Test func onlySoManyRowsAreTaken() async throws {
        let bench = try await MySQLBench()
        let refused = await failure {
            try await bench.run("mysql.query", ["sql": "SELECT seq FROM seq_1_to_1000000", "max_rows": 10])
        }
        #expect(refused?.message == "the query gives more than 10 rows")
        #expect(try await bench.query("SELECT 1 AS one") == [["one": 1]])
        await bench.world.connections.close()
    }

    @Test func manyRowsGoThroughAFileAndBack() async throws {
        let bench = try await MySQLBench()
        try await bench.execute(
            "CREATE OR REPLACE TABLE source (id BIGINT UNSIGNED, name VARCHAR(40), at TIMESTAMP(6), b BLOB)")
        try await bench.execute("CREATE OR REPLACE TABLE target LIKE source")
        try await bench.execute(
            "INSERT INTO source SELECT seq, CONCAT('name ', seq), FROM_UNIXTIME(seq / 7), UNHEX(HEX(seq)) FROM seq_1_to_20000"
        )
        try await bench.run("mysql.query", ["sql": "SELECT * FROM source", "to": "rows.jsonl"])
        let done = try await bench.run("mysql.execute_many", ["table": "target", "from": "rows.jsonl"])
        #expect(done == ["changes": 20000, "rows": 20000])
        let different = try await bench.query("SELECT * FROM source EXCEPT SELECT * FROM target")
        #expect(different == [])
        await bench.world.connections.close()
    }

    /// A string is none that has yet to become JSON.
    @Test func jsonGoesThroughAFileAndBack() async throws {
        let bench = try await MySQLBench()
        try await bench.execute("CREATE OR REPLACE TABLE documents (n INT, j JSON)")
        let texts = [#""5""#, #""x""#, #""true""#, "true", "5", #"{"a": ["1"]}"#]
        try await bench.run(
            "mysql.execute_many",
            [
                "table": "documents", "each": .list(texts.enumerated().map { [.int(Int64($0)), .string($1)] }),
                "columns": ["n", "j"],
            ])
        try await bench.run("mysql.query", ["sql": "SELECT n + 100 AS n, j FROM documents", "to": "rows.jsonl"])
        try await bench.run("mysql.execute_many", ["table": "documents", "from": "rows.jsonl"])
        let different = try await bench.query(
            """
            SELECT old.j AS old, new.j AS new FROM documents old LEFT JOIN documents new ON new.n = old.n + 100
            WHERE old.n < 100 AND NOT JSON_EQUALS(old.j, new.j) IS TRUE
            """)
        #expect(different == [])
        await bench.world.connections.close()
    }

    @Test func whatIsNoDateGetsNoHintOfDates() async throws {
        let bench = try await MySQLBench()
        let dates = "write a date and time as 2030-01-31 09:00:00 in UTC, or bind a timestamp: ${{ timestamp(text) }}"
        for (type, hint) in [("INET6", "give a value of the column's type"), ("DATETIME", dates), ("DATE", dates)] {
            try await bench.execute("CREATE OR REPLACE TABLE dated (v \(type))")
            let refused = await failure { try await bench.execute("INSERT INTO dated VALUES (?)", ["fake date"]) }
            #expect(refused?.code == "1292" && refused?.hint == hint, "\(type)")
        }
        await bench.world.connections.close()
    }

    @Test func pagesComeOneAfterTheOther() async throws {
        let bench = try await MySQLBench()
        let node = try #require(SQLNodes().node(named: "mysql.query") as? any PagedNode)
        let sizes = Mutex<[Int]>([])
        try await node.pages(
            Arguments(ValueMap([("sql", "SELECT seq FROM seq_1_to_1000")])), from: nil, in: bench.context
        ) {
            page in
            sizes.withLock { $0.append(page.items.count) }
        }
        #expect(sizes.withLock { $0 } == [250, 250, 250, 250])
        await bench.world.connections.close()
    }

    @Test func aFailureSaysWhatToDo() async throws {
        let bench = try await MySQLBench(fields: [("username", "reader")])
        let cases: [(String, FailureKind, String, String)] = [
            (
                "SELEC 1", .invalid, "you have an error in your SQL syntax",
                "correct the statement; one at a time can be run"
            ),
            (
                "SELECT 1; SELECT 2", .invalid, "you have an error in your SQL syntax",
                "correct the statement; one at a time can be run"
            ),
            (
                "SELECT * FROM nothing", .notFound, "table 'flow.nothing' doesn't exist",
                "check the name; what tables there are shows mysql.list_tables"
            ),
            (
                "SELECT nothing FROM mysql.user", .permission, "SELECT command denied",
                "grant it to the account, or use another credential"
            ),
            (
                "SELECT nothing", .invalid, "unknown column 'nothing'",
                "check the name; the columns of a table shows mysql.describe_table"
            ),
        ]
        for (sql, kind, message, hint) in cases {
            let refused = await failure { try await bench.query(sql) }
            #expect(refused?.kind == kind, "\(sql)")
            #expect(
                refused?.message.lowercased().hasPrefix("mysql: \(message)".lowercased()) == true,
                "\(refused?.message ?? "")")
            #expect(refused?.hint == hint, "\(sql)")
        }
        await bench.world.connections.close()
    }

    @Test func aWriteWhoseRowsCantBeTakenMayHaveHappened() async throws {
        let bench = try await MySQLBench()
        try await bench.execute("CREATE OR REPLACE TABLE doubled (n INT)")
        try await bench.execute(
            "CREATE OR REPLACE PROCEDURE doubling() BEGIN INSERT INTO doubled VALUES (2); SELECT 1 AS n, 2 AS n; END")
        let message = "the query gives two columns with the name \"n\""
        // What these give the server tells only when it has run them.
        for sql in ["INSERT INTO doubled VALUES (1) RETURNING n, n", "CALL doubling()"] {
            let refused = await failure { try await bench.execute(sql) }
            #expect(refused?.kind == .uncertain, "\(sql)")
            #expect(refused?.message == "\(message); whether the statement has happened is not known", "\(sql)")
            #expect(
                refused?.hint == "name one of them otherwise, with AS; look in the database, then resume with "
                    + "--mark-done or --retry-uncertain", "\(sql)")
        }
        #expect(try await bench.query("SELECT n FROM doubled ORDER BY n") == [["n": 1], ["n": 2]])
        let whole = await failure {
            try await bench.run(
                "mysql.transaction", ["statements": [["sql": "INSERT INTO doubled VALUES (3) RETURNING n, n"]]])
        }
        #expect(whole?.kind == .invalid && whole?.nothingSent == true)
        #expect(try await bench.query("SELECT COUNT(*) AS n FROM doubled") == [["n": 2]])
        // Of others it knows that beforehand.
        try await bench.execute("CREATE OR REPLACE SEQUENCE spent")
        let select = await failure { try await bench.execute("SELECT NEXTVAL(spent) AS n, 2 AS n") }
        #expect(select?.kind == .invalid && select?.message == message)
        #expect(try await bench.execute("SELECT NEXTVAL(spent) AS n")["rows"] == [["n": 1]])
        await bench.world.connections.close()
    }

    @Test func upsertTakesNoRowThatLacksAColumn() async throws {
        let bench = try await MySQLBench()
        try await bench.execute("CREATE OR REPLACE TABLE mails (id INT PRIMARY KEY, name TEXT, mail TEXT)")
        try await bench.execute("INSERT INTO mails VALUES (2, 'Lin', 'lin@example.com')")
        let refused = await failure {
            try await bench.run(
                "mysql.upsert",
                [
                    "table": "mails", "key": ["id"],
                    "rows": [["id": 1, "name": "Ada", "mail": nil], ["id": 2, "name": "Lin"]],
                ])
        }
        #expect(refused?.message == "row 2 has no column \"mail\", which the first has")
        #expect(try await bench.query("SELECT mail FROM mails") == [["mail": "lin@example.com"]])
        await bench.world.connections.close()
    }

    @Test func noValueIsInAMessage() async throws {
        let bench = try await MySQLBench()
        try await bench.execute("CREATE OR REPLACE TABLE told (mail VARCHAR(40) UNIQUE)")
        // The second makes a character of the first quote.
        for value: Value in ["fake-secret", "\u{301}fake-secret", "x' for fake-secret"] {
            try await bench.execute("INSERT INTO told VALUES (?)", [value])
            let refused = await failure { try await bench.execute("INSERT INTO told VALUES (?)", [value]) }
            #expect(refused?.message == "MySQL: duplicate entry … for key 'mail'")
        }
        await bench.world.connections.close()
    }

    @Test func upsertWantsAUniqueKey() async throws {
        let bench = try await MySQLBench()
        try await bench.execute(
            "CREATE OR REPLACE TABLE keyed (id INT, part INT, name VARCHAR(20), KEY (name), UNIQUE (ID, part))")
        func upsert(_ key: Value) async throws -> Value {
            try await bench.run(
                "mysql.upsert", ["table": "keyed", "key": key, "rows": [["id": 1, "part": 2, "name": "Ada"]]])
        }
        // Without the refusal the server would insert the row each time.
        for key: Value in [["name"], ["id"]] {
            let refused = await failure { try await upsert(key) }
            #expect(refused?.message == "the table \"keyed\" has no unique index of the columns in key")
            #expect(refused?.hint == "name in key the columns of a unique index, or make one for them")
        }
        for _ in 0..<2 { #expect(try await upsert(["part", "id"]) == ["rows": 1]) }
        #expect(try await bench.query("SELECT COUNT(*) AS n FROM keyed") == [["n": 1]])
        await bench.world.connections.close()
    }

    @Test func appsThatSpeakNoHTTPCantBeMocked() async throws {
        let node = try #require(SQLNodes().node(named: "mysql.query"))
        var context = try await MySQLBench().context
        context.credential?.source = .mock
        let mocked = context
        let refused = await failure { try await node.run(Arguments(ValueMap([("sql", "SELECT 1")])), in: mocked) }
        #expect(refused?.message == "mysql.query can't be mocked, as MySQL speaks no HTTP")
    }
}

extension MySQLBench {
    init(fields: [(String, Value)]) async throws {
        try await self.init(MySQLServer.shared, fields)
    }
}
