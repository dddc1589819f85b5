import FlowCore
import FlowNodeKit
import FlowSpec
import FlowTestKit
import Synchronization
import Testing

@testable import FlowSQL

/// What the nodes do with statements that go well, and with those that don't.
@Suite(.enabled(if: PostgreSQLServer.isThere, "\(TestService.advice)")) struct PostgreSQLStatementTests {
    // MARK: What works

    @Test func checkSaysWhoAndWhere() async throws {
        let bench = try await PostgreSQLBench()
        let found = try await bench.run("postgres.check")
        #expect(found["database"] == "flow" && found["user"] == "flow" && found["tls"] == "TLSv1.3")
        #expect(found["host"] == .string("localhost:\(bench.place.port)") && found["server"] == "PostgreSQL")
    }

    @Test func valuesAreBoundByPositionOrByName() async throws {
        let bench = try await PostgreSQLBench()
        #expect(try await bench.query("SELECT $2::text AS b, $1::int AS a", [1, "x"]) == [["b": "x", "a": 1]])
        let named = try await bench.query(
            "SELECT :a::int AS a, ':a' AS text, :b || :b AS b -- :c\n", ["a": 1, "b": "x'; DROP TABLE t; --"])
        #expect(named == [["a": 1, "text": ":a", "b": "x'; DROP TABLE t; --x'; DROP TABLE t; --"]])
    }

    @Test func executeCountsChangesAndGivesRows() async throws {
        let bench = try await PostgreSQLBench()
        try await bench.execute("CREATE TABLE counted (id serial PRIMARY KEY, name text)")
        let inserted = try await bench.run(
            "postgres.execute", ["sql": "INSERT INTO counted (name) VALUES ('a'), ('b') RETURNING id"])
        #expect(inserted == ["changes": 2, "rows": [["id": 1], ["id": 2]]])
        let none = try await bench.run("postgres.execute", ["sql": "UPDATE counted SET name = 'c' WHERE id > 9"])
        #expect(none == ["changes": 0, "rows": []])
    }

    @Test func aTransactionHappensWholeOrNotAtAll() async throws {
        let bench = try await PostgreSQLBench()
        try await bench.execute("CREATE TABLE whole (id int PRIMARY KEY)")
        let result = try await bench.run(
            "postgres.transaction",
            [
                "statements": [
                    ["sql": "INSERT INTO whole VALUES (:id)", "params": ["id": 1]],
                    ["sql": "SELECT count(*) AS n FROM whole"],
                ]
            ])
        #expect(result == [["changes": 1, "rows": []], ["changes": 0, "rows": [["n": 1]]]])
        let failure = await bench.failure(
            "postgres.transaction",
            ["statements": [["sql": "INSERT INTO whole VALUES (2)"], ["sql": "INSERT INTO whole VALUES (1)"]]])
        #expect(failure?.kind == .conflict && failure?.code == "23505")
        #expect(
            failure?.message
                == "statements[1]: duplicate key value violates unique constraint \"whole_pkey\"")
        #expect(try await bench.query("SELECT id FROM whole") == [["id": 1]])
    }

    @Test func manyRowsComeFromAFile() async throws {
        let bench = try await PostgreSQLBench()
        try await bench.execute("CREATE TABLE many (id int PRIMARY KEY, name text, price numeric)")
        let lines = (1...2000).map { #"{"id": \#($0), "name": "n\#($0)\t\\", "price": "0.10", "more": 1}"# }
        try bench.world.files.write(
            Array(lines.joined(separator: "\n").utf8), to: bench.folder.path + "/rows.jsonl", mode: 0o600)
        let copied = try await bench.run(
            "postgres.execute_many",
            ["table": "public.many", "columns": ["id", "name", "price"], "from": "rows.jsonl"])
        #expect(copied == ["changes": 2000, "rows": 2000])
        let updated = try await bench.run(
            "postgres.execute_many",
            ["sql": "UPDATE many SET price = :price WHERE id = :id AND name = :name", "from": "rows.jsonl"])
        #expect(updated == ["changes": 2000, "rows": 2000])
        try bench.world.files.write(
            Array("id;name\n2001;\n2002;x\n".utf8), to: bench.folder.path + "/rows.csv", mode: 0o600)
        try await bench.run("postgres.execute_many", ["table": "many", "from": "rows.csv", "delimiter": ";"])
        let rows = try await bench.query("SELECT id, name FROM many WHERE id IN (1, 2001, 2002) ORDER BY id")
        #expect(rows == [["id": 1, "name": "n1\t\\"], ["id": 2001, "name": nil], ["id": 2002, "name": "x"]])
    }

    @Test func rowsGoToAFile() async throws {
        let bench = try await PostgreSQLBench()
        let file = try await bench.run(
            "postgres.query",
            ["sql": "SELECT n, n::numeric / 8 AS p FROM generate_series(1, 30000) n", "to": "out.jsonl"])
        guard case .file(let reference) = file else {
            Issue.record("no file: \(file)")
            return
        }
        let text = String(decoding: try bench.world.files.read(reference.path, limit: .max), as: UTF8.self)
        #expect(text.hasPrefix("{\"n\":1,\"p\":\"0.12500000000000000000\"}\n"))
        #expect(text.split(separator: "\n").count == 30_000)
    }

    @Test func rowsComeInPages() async throws {
        let bench = try await PostgreSQLBench()
        let node = SQLQuery<PostgreSQL>()
        let arguments = try node.spec.bind(ValueMap([("sql", "SELECT n FROM generate_series(1, 600) n")]))
        let sizes = Mutex<[Int]>([])
        let marks = Mutex<[Value?]>([])
        try await node.pages(arguments, from: nil, in: bench.context) { page in
            sizes.withLock { $0.append(page.items.count) }
            marks.withLock { $0.append(page.next) }
        }
        #expect(sizes.withLock { $0 } == [250, 250, 100])
        let second = try #require(marks.withLock { $0[1] })
        let rest = Mutex<[Value]>([])
        try await node.pages(arguments, from: second, in: bench.context) { page in
            rest.withLock { $0 += page.items }
        }
        #expect(rest.withLock { $0.count } == 100 && rest.withLock { $0.first } == ["n": 501])
    }

    @Test func upsertTwiceIsTheSameAsOnce() async throws {
        let bench = try await PostgreSQLBench()
        try await bench.execute(#"CREATE TABLE "Odd ""name" (id int, part int, "Qty" int, PRIMARY KEY (id, part))"#)
        let rows: Value = [["id": 1, "part": 1, "Qty": 5], ["id": 1, "part": 2, "Qty": 6]]
        for _ in 0..<2 {
            let done = try await bench.run(
                "postgres.upsert", ["table": "Odd \"name", "key": ["id", "part"], "rows": rows])
            #expect(done == ["rows": 2])
        }
        let found = try await bench.query(#"SELECT sum("Qty") AS s FROM "Odd ""name""#)
        #expect(found == [["s": 11]])
    }

    @Test func theCatalogueIsListed() async throws {
        let bench = try await PostgreSQLBench()
        try await bench.execute("CREATE SCHEMA listed")
        try await bench.execute(
            "CREATE TABLE listed.t (id bigint PRIMARY KEY, at timestamptz DEFAULT now(), tags text[])")
        try await bench.execute("CREATE VIEW listed.v AS SELECT 1 AS one")
        #expect(
            try await bench.run("postgres.list_tables", ["schema": "listed"]) == [
                ["schema": "listed", "name": "t", "kind": "table"], ["schema": "listed", "name": "v", "kind": "view"],
            ])
        #expect(
            try await bench.run("postgres.describe_table", ["table": "listed.t"]) == [
                ["name": "id", "type": "bigint", "nullable": false, "default": nil, "key": 1],
                ["name": "at", "type": "timestamp with time zone", "nullable": true, "default": "now()", "key": nil],
                ["name": "tags", "type": "text[]", "nullable": true, "default": nil, "key": nil],
            ])
        let missing = await bench.failure("postgres.describe_table", ["table": "listed.none"])
        #expect(missing?.kind == .notFound && missing?.message == "there is no table \"listed.none\"")
    }

    @Test func notificationsAreWaitedFor() async throws {
        let bench = try await PostgreSQLBench()
        async let heard = bench.run("postgres.listen", ["channels": ["Orders new"], "count": 2, "wait": "20s"])
        try await bench.until(
            "SELECT count(*) > 0 AS ok FROM pg_stat_activity WHERE query = 'LISTEN \"Orders new\"' AND state = 'idle'")
        for payload in ["7", "8"] {
            try await bench.execute("SELECT pg_notify('Orders new', :p)", ["p": .string(payload)])
        }
        let found = try await heard
        #expect(found.listValue?.compactMap { $0["payload"]?.stringValue } == ["7", "8"])
        let nothing = try await bench.run("postgres.listen", ["channels": ["quiet"], "wait": "50ms"])
        #expect(nothing == [])
    }

    // MARK: What does not

    @Test(
        arguments: [
            ("SELECT * FROM nowhere", FailureKind.notFound, "42P01", "relation \"nowhere\" does not exist"),
            ("SELECT nothing", .notFound, "42703", "column \"nothing\" does not exist"),
            ("SELEC 1", .invalid, "42601", "syntax error at or near \"SELEC\""),
            ("SELECT 1; SELECT 2", .invalid, "42601", "cannot insert multiple commands into a prepared statement"),
            ("", .invalid, nil, "the statement is empty"), ("-- nothing", .invalid, nil, "the statement is empty"),
            ("SELECT 1/0", .invalid, "22012", "division by zero"),
            ("SELECT * FROM pg_authid", .permission, "42501", "permission denied for table pg_authid"),
            (
                "CREATE TABLE refused (a int)", .permission, "25006",
                "cannot execute CREATE TABLE in a read-only transaction"
            ),
            ("COPY pg_class TO STDOUT", .invalid, nil, "a statement can't COPY from STDIN or to STDOUT"),
        ] as [(String, FailureKind, String?, String)])
    func aStatementThatTheServerRefuses(sql: String, kind: FailureKind, code: String?, message: String) async throws {
        let bench = try await PostgreSQLBench()
        let failure = await bench.failure("postgres.query", ["sql": .string(sql)])
        #expect(
            failure?.kind == kind && failure?.code == code && failure?.message == message,
            "\(String(describing: failure))")
    }

    @Test func severalStatementsGoIntoATransaction() async throws {
        let failure = try await PostgreSQLBench().failure("postgres.query", ["sql": "SELECT 1; SELECT 2"])
        #expect(failure?.hint == "run one at a time; postgres.transaction takes several")
    }

    /// Where Swift sees one character, the server sees the quote that ends the name.
    @Test func aQuoteInTheNameOfAColumnEndsNothing() async throws {
        let bench = try await PostgreSQLBench()
        try await bench.execute("CREATE SEQUENCE spent")
        try await bench.execute("CREATE TABLE quoted (a int)")
        let row: Value = .map(ValueMap([("a\"\u{301} FROM quoted, nextval('spent') --", 1)]))
        for (node, arguments): (String, KeyValuePairs<String, Value>) in [
            ("postgres.execute_many", ["table": "quoted", "each": [row]]),
            ("postgres.upsert", ["table": "quoted", "key": .list([.string(row.mapValue!.names[0])]), "rows": [row]]),
        ] {
            let failure = await bench.failure(node, arguments)
            #expect(failure?.code == "42703", "\(String(describing: failure))")
        }
        #expect(try await bench.query("SELECT is_called FROM spent") == [["is_called": false]])
    }

    @Test func nothingOfARowIsLost() async throws {
        let bench = try await PostgreSQLBench()
        try await bench.execute("CREATE TABLE kept_rows (a int, b int)")
        let rows: Value = [["a": 1], ["a": 2, "b": 3]]
        let failure = await bench.failure("postgres.execute_many", ["table": "kept_rows", "each": rows])
        #expect(failure?.message == "row 2: the first row has no column \"b\"")
        #expect(failure?.hint == "name all columns that are wanted in columns:")
        #expect(try await bench.query("SELECT * FROM kept_rows") == [])
        try await bench.run("postgres.execute_many", ["table": "kept_rows", "columns": ["a"], "each": rows])
        #expect(try await bench.query("SELECT sum(a) AS a, count(b) AS b FROM kept_rows") == [["a": 3, "b": 0]])
    }

    @Test func aWriteWhoseRowsCantBeTakenMayHaveHappened() async throws {
        let bench = try await PostgreSQLBench()
        try await bench.execute("CREATE TABLE doubled (n int)")
        let returning = "RETURNING n + 1, n + 2"
        let plain = await bench.failure(
            "postgres.execute", ["sql": .string("INSERT INTO doubled VALUES (1) \(returning)")])
        #expect(plain?.kind == .uncertain && plain?.nothingSent == false)
        #expect(
            plain?.message == "the query gives two columns with the name \"?column?\"; whether the statement has "
                + "happened is not known")
        #expect(
            plain?.hint == "name one of them otherwise, with AS; look in the database, then resume with --mark-done or "
                + "--retry-uncertain")
        // Whose types are asked for beforehand, its columns are known as well.
        let list = await bench.failure(
            "postgres.execute",
            ["sql": .string("INSERT INTO doubled SELECT unnest($1::int[]) \(returning)"), "params": [[2]]])
        #expect(list?.kind == .invalid && list?.hint == "name one of them otherwise, with AS")
        let whole = await bench.failure(
            "postgres.transaction", ["statements": [["sql": .string("INSERT INTO doubled VALUES (3) \(returning)")]]])
        #expect(whole?.kind == .invalid && whole?.nothingSent == true)
        let copy = await bench.failure("postgres.execute", ["sql": "COPY doubled FROM STDIN"])
        #expect(copy?.kind == .invalid && copy?.nothingSent == true)
        #expect(try await bench.query("SELECT n FROM doubled") == [["n": 1]])
    }

    @Test func aProcedureThatFailsMayHaveCommitted() async throws {
        let bench = try await PostgreSQLBench()
        try await bench.execute("CREATE TABLE booked (n int)")
        let body = "BEGIN INSERT INTO booked VALUES (1); COMMIT; RAISE EXCEPTION 'fake' USING ERRCODE = '40001'; END"
        try await bench.execute("CREATE PROCEDURE booking() LANGUAGE plpgsql AS $$ \(body) $$")
        for sql in ["CALL booking()", "; call booking()", "DO $$ \(body) $$"] {
            let failure = await bench.failure("postgres.execute", ["sql": .string(sql)])
            #expect(failure?.kind == .uncertain && failure?.nothingSent == false && failure?.code == "40001", "\(sql)")
            #expect(failure?.message == "fake; what the statement has committed before that is kept")
            #expect(failure?.hint == "look in the database, then resume with --mark-done or --retry-uncertain")
        }
        let slow = await bench.failure(
            "postgres.execute",
            [
                "sql": "DO $$ BEGIN INSERT INTO booked VALUES (2); COMMIT; PERFORM pg_sleep(60); END $$",
                "statement_timeout": "50ms",
            ])
        #expect(slow?.kind == .uncertain && slow?.nothingSent == false && slow?.code == "57014")
        #expect(try await bench.query("SELECT count(*) AS n FROM booked") == [["n": 4]])
        // What is found wrong before it runs has no effect, nor has what is part of a transaction.
        let missing = await bench.failure("postgres.execute", ["sql": "CALL no_such_booking()"])
        #expect(missing?.kind == .notFound && missing?.nothingSent == true)
        let inside = await bench.failure("postgres.transaction", ["statements": [["sql": "CALL booking()"]]])
        #expect(inside?.code == "2D000" && inside?.nothingSent == true)
        let read = await bench.failure("postgres.query", ["sql": "CALL booking()"])
        #expect(read?.code == "25006")
        #expect(try await bench.query("SELECT count(*) AS n FROM booked") == [["n": 4]])
    }

    @Test func aProcedureThatIsCancelledMayHaveCommitted() async throws {
        let bench = try await PostgreSQLBench()
        try await bench.execute("CREATE TABLE half_booked (n int)")
        let sql = "DO $$ BEGIN INSERT INTO half_booked VALUES (1); COMMIT; PERFORM pg_sleep(600); END $$"
        let running = Task { try await bench.execute(sql) }
        try await bench.until("SELECT count(*) = 1 AS ok FROM half_booked")
        running.cancel()
        let result = await running.result
        let failure = #expect(throws: Failure.self) { try result.get() }
        #expect(failure?.kind == .cancelled && failure?.nothingSent == false)
    }

    @Test func aTransactionEndsItselfAlone() async throws {
        let bench = try await PostgreSQLBench()
        for sql in [
            "COMMIT", "-- so\nend", "ABORT", "begin", "; ROLLBACK", "START TRANSACTION", "PREPARE TRANSACTION 'x'",
            "ROLLBACK AND CHAIN",
        ] {
            let failure = await bench.failure(
                "postgres.transaction", ["statements": [["sql": "SELECT 1 AS one"], ["sql": .string(sql)]]])
            #expect(failure?.kind == .invalid && failure?.nothingSent == true, "\(sql)")
            #expect(
                failure?.message
                    == "statements[1]: the statement would begin or end a transaction, and all of this is one already")
            #expect(failure?.hint == "leave BEGIN, COMMIT, END and ROLLBACK out")
        }
        try await bench.run(
            "postgres.transaction",
            [
                "statements": [
                    ["sql": "SAVEPOINT here"], ["sql": "ROLLBACK TRANSACTION TO here"], ["sql": "RELEASE here"],
                ]
            ])
    }

    @Test func upsertTakesNoRowThatLacksAColumn() async throws {
        let bench = try await PostgreSQLBench()
        try await bench.execute("CREATE TABLE mails (id int PRIMARY KEY, name text, mail text)")
        try await bench.execute("INSERT INTO mails VALUES (2, 'Lin', 'lin@example.com')")
        let whole: Value = ["id": 1, "name": "Ada", "mail": nil]
        for (row, message): (Value, String) in [
            (["id": 2, "name": "Lin"], "row 2 has no column \"mail\", which the first has"),
            (
                ["id": 2, "name": "Lin", "mail": nil, "city": "Rome"],
                "row 2 has the column \"city\", which the first has not"
            ),
            ([2, "Lin"], "row 2 is no map"),
        ] {
            let failure = await bench.failure(
                "postgres.upsert", ["table": "mails", "key": ["id"], "rows": [whole, row]])
            #expect(failure?.kind == .invalid && failure?.message == message)
            #expect(failure?.hint == "give each row the same columns; null where there is no value")
        }
        #expect(try await bench.query("SELECT mail FROM mails") == [["mail": "lin@example.com"]])
    }

    @Test func theRowIsNamedWhateverFindsTheMistake() async throws {
        let bench = try await PostgreSQLBench()
        try await bench.execute("CREATE TABLE guarded (n int, j jsonb)")
        try await bench.execute(
            """
            CREATE FUNCTION guard_row() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN IF new.n = 0 THEN RAISE EXCEPTION 'fake guard'; END IF; RETURN new; END $$
            """)
        try await bench.execute(
            "CREATE TRIGGER guard_rows BEFORE INSERT ON guarded FOR EACH ROW EXECUTE FUNCTION guard_row()")
        for (row, message): (Value, String) in [
            (["n": 2, "j": "{x"], "row 2: invalid input syntax for type json"),
            (["n": 0, "j": nil], "row 2: fake guard"),
        ] {
            let failure = await bench.failure(
                "postgres.execute_many", ["table": "guarded", "each": [["n": 1, "j": "{}"], row]])
            #expect(failure?.message == message)
        }
    }

    @Test func namesThatAreQuotedAreToBeExact() async throws {
        let bench = try await PostgreSQLBench()
        try await bench.execute(#"CREATE TABLE "Exact.name" ("Id" int PRIMARY KEY)"#)
        let table =
            "write it exactly as it is in the database, with its schema where it is in another one: sales.orders"
        let column = "write it exactly as it is in the database; the columns shows postgres.describe_table"
        for (name, key, hint) in [("exact", "Id", table), (#""Exact.name""#, "id", column)] {
            let row = Value.list([.map(ValueMap([(key, .int(1))]))])
            let load = await bench.failure("postgres.execute_many", ["table": .string(name), "each": row])
            let upsert = await bench.failure(
                "postgres.upsert", ["table": .string(name), "key": [.string(key)], "rows": row])
            #expect(load?.hint == hint && upsert?.hint == hint)
        }
        for name in [#""Exact.name""#, #"public."Exact.name""#] {
            try await bench.run("postgres.upsert", ["table": .string(name), "key": ["Id"], "rows": [["Id": 1]]])
            let columns = try await bench.run("postgres.describe_table", ["table": .string(name)])
            #expect(columns.listValue?.first?["name"] == "Id")
        }
        #expect(try await bench.query(#"SELECT "Id" FROM "Exact.name""#) == [["Id": 1]])
    }

    @Test func upsertWantsAUniqueKey() async throws {
        let bench = try await PostgreSQLBench()
        try await bench.execute("CREATE TABLE keyless (id int, name text)")
        let row: Value = [["id": 1, "name": "Ada"]]
        let failure = await bench.failure("postgres.upsert", ["table": "keyless", "key": ["id"], "rows": row])
        #expect(failure?.code == "42P10")
        #expect(failure?.hint == "name in key the columns of a unique index, or make one for them")
        let none = await bench.failure("postgres.upsert", ["table": "keyless", "key": [], "rows": row])
        #expect(none?.message == "key names no column")
    }

    @Test func noBoundValueIsInAMessage() async throws {
        let bench = try await PostgreSQLBench()
        let failure = await bench.failure(
            "postgres.query", ["sql": "SELECT $1::int AS n", "params": ["fake-secret-text"]])
        #expect(failure?.message == "invalid input syntax for type integer: \"…\"" && failure?.code == "22P02")
        // Values with quotes, and one that makes a character of the first quote.
        for value: Value in ["x\"fake-secret-text\"y", "\u{301}fake-secret-text", "\"", "\"fake-secret-text"] {
            let failure = await bench.failure("postgres.query", ["sql": "SELECT $1::int AS n", "params": [value]])
            #expect(failure?.message == "invalid input syntax for type integer: \"…\"")
        }
        #expect(
            PostgreSQLFailure.withoutQuotes("ungültige Eingabesyntax für Typ integer: »fake-secret«")
                == "ungültige Eingabesyntax für Typ integer: \"…\"")
        try await bench.execute("CREATE TABLE keyed (email text UNIQUE)")
        let many = await bench.failure(
            "postgres.execute_many",
            [
                "sql": "INSERT INTO keyed VALUES ($1)",
                "each": [["a@example.com"], ["b@example.com"], ["a@example.com"]],
            ])
        #expect(many?.message == "row 3: duplicate key value violates unique constraint \"keyed_email_key\"")
        let copied = await bench.failure(
            "postgres.execute_many", ["table": "keyed", "columns": ["email"], "each": [["x"], ["y"], ["x"]]])
        #expect(copied?.message == "row 3: duplicate key value violates unique constraint \"keyed_email_key\"")
        #expect(try await bench.query("SELECT * FROM keyed") == [])
    }

    @Test func valuesThatDoNotFitTheStatementAreRefusedHere() async throws {
        let bench = try await PostgreSQLBench()
        let count = await bench.failure("postgres.query", ["sql": "SELECT $1::int, $2::int", "params": [1]])
        #expect(count?.message == "the statement takes 2 values, but 1 was given")
        let name = await bench.failure("postgres.query", ["sql": "SELECT :city AS c", "params": ["citi": 1]])
        #expect(name?.message == "the statement has no parameter \":citi\"" && name?.hint == "did you mean \"city\"?")
        let missing = await bench.failure("postgres.query", ["sql": "SELECT 1 AS a, :city AS c"])
        #expect(missing?.message == "there is no value for the parameter \":city\" of the statement")
        #expect(missing?.hint == "give one in params, as { city: … }" && missing?.kind == .invalid)
        let listed = await bench.failure("postgres.execute_many", ["sql": "SELECT :city", "each": [["Berlin"]]])
        #expect(listed?.message == "there is no value for the parameter \":city\" of the statement")
        let zero = await bench.failure("postgres.query", ["sql": "SELECT $1 AS c", "params": ["a\0b"]])
        #expect(zero?.message == "value 1 holds a zero character, which no text of PostgreSQL can")
        let many = await bench.failure(
            "postgres.execute_many", ["sql": "SELECT :a", "each": [["a": 1], ["b": 1]]])
        #expect(many?.message == "row 2: there is no value for the parameter \":a\" of the statement")
    }

    @Test func moreRowsThanAskedForFailTheStep() async throws {
        let bench = try await PostgreSQLBench()
        let failure = await bench.failure(
            "postgres.query", ["sql": "SELECT * FROM generate_series(1, 100000000)", "max_rows": 100])
        #expect(failure?.message == "the query gives more than 100 rows")
    }

    @Test func aStatementThatTakesTooLongIsEnded() async throws {
        let bench = try await PostgreSQLBench()
        let failure = await bench.failure(
            "postgres.query", ["sql": "SELECT pg_sleep(60)", "statement_timeout": "50ms"])
        #expect(failure?.kind == .timeout && failure?.message == "canceling statement due to statement timeout")
        // The next one has its own bound, which is none.
        #expect(try await bench.query("SHOW statement_timeout") == [["statement_timeout": "0"]])
    }

    @Test func cancellingReachesTheServer() async throws {
        let bench = try await PostgreSQLBench()
        let mark = "SELECT pg_sleep(600) /* cancelled-here */"
        let running = Task { try await bench.query(mark) }
        let seen = "SELECT count(*) \(">") 0 AS ok FROM pg_stat_activity WHERE state = 'active' AND query = '\(mark)'"
        try await bench.until(seen)
        running.cancel()
        let result = await running.result
        #expect(throws: CancellationError.self) { try result.get() }
        try await bench.until(
            "SELECT count(*) = 0 AS ok FROM pg_stat_activity WHERE query = '\(mark)' AND state = 'active'")
    }

    @Test func readOnlyRefusesWrites() async throws {
        let bench = try await PostgreSQLBench(PostgreSQLServer.shared, ["read_only": "true"])
        #expect(try await bench.query("SELECT 1 AS one") == [["one": 1]])
        let failure = await bench.failure("postgres.execute", ["sql": "CREATE TABLE never (a int)"])
        #expect(failure?.kind == .permission)
        #expect(
            failure?.message
                == "postgres.execute changes data, and the credential \"shop\" is for reading only")
        // Nor would the server.
        let set = try await bench.query("SHOW default_transaction_read_only")
        #expect(set == [["default_transaction_read_only": "on"]])
    }

    @Test func parallelItemsShareTheConnectionsOfTheCredential() async throws {
        let bench = try await PostgreSQLBench(PostgreSQLServer.shared, ["connections": "2"])
        let pids = try await withThrowingTaskGroup(of: Value.self) { group in
            for _ in 0..<12 {
                group.addTask { try await bench.query("SELECT pg_backend_pid() AS pid, pg_sleep(0.02)::text AS s") }
            }
            return try await group.reduce(into: Set<Int64>()) { found, rows in
                if let pid = rows.listValue?.first?["pid"]?.intValue { found.insert(pid) }
            }
        }
        #expect(pids.count <= 2)
    }

    @Test func aConnectionComesBackAsItWas() async throws {
        let bench = try await PostgreSQLBench(PostgreSQLServer.shared, ["connections": "1"])
        try await bench.execute("SET search_path = pg_catalog")
        try await bench.execute("CREATE TEMP TABLE mine (a int)")
        try await bench.execute("BEGIN")
        let path = try await bench.query("SHOW search_path")
        #expect(path == [["search_path": "\"$user\", public"]])
        let temporary = await bench.failure("postgres.query", ["sql": "SELECT * FROM mine"])
        #expect(temporary?.code == "42P01")
    }

    @Test func noticesAreNotInTheWay() async throws {
        let bench = try await PostgreSQLBench()
        let rows = try await bench.run(
            "postgres.execute", ["sql": "DO $$ BEGIN RAISE NOTICE 'fake notice'; RAISE WARNING 'fake warning'; END $$"])
        #expect(rows == ["changes": 0, "rows": []])
    }
}
