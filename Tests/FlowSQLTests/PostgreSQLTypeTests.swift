import FlowCore
import FlowSpec
import FlowTestKit
import Testing

@testable import FlowSQL

/// Values on their way out of PostgreSQL and in again.
@Suite(.enabled(if: PostgreSQLServer.isThere, "\(TestService.advice)")) struct PostgreSQLTypeTests {
    /// A value in SQL, its type, and what it is here.
    static let values: [(sql: String, type: String, value: Value)] = [
        ("true", "bool", true), ("null", "text", nil), ("-32768", "int2", -32768),
        ("2147483647", "int4", 2_147_483_647),
        ("9223372036854775807", "int8", .int(.max)), ("-9223372036854775808", "int8", .int(.min)),
        ("4294967295", "oid", 4_294_967_295), ("0.1", "float8", 0.1), ("1.5", "float4", 1.5),
        ("'NaN'", "float8", "NaN"), ("'-Infinity'", "float8", "-Infinity"),
        ("12345678901234567890.123456789012345678900", "numeric", "12345678901234567890.123456789012345678900"),
        ("'NaN'", "numeric", "NaN"), ("'ä€😀''\"\\'", "text", "ä€😀'\"\\"), ("'ab '", "char(4)", "ab  "),
        ("'\\x00ff5c'", "bytea", .bytes([0, 255, 92])), ("''", "bytea", .bytes([])),
        (
            "'{\"a\": [1, 2.50, null], \"b\": 9007199254740993}'", "jsonb",
            ["a": [1, 2.5, nil], "b": 9_007_199_254_740_993]
        ),
        ("'[1, \"text\"]'", "json", [1, "text"]),
        ("'2026-11-21'", "date", "2026-11-21"), ("'infinity'", "date", "infinity"),
        ("'03:15:06.58'", "time", "03:15:06.58"),
        ("'2026-11-21 03:15:06.580001'", "timestamp", "2026-11-21T03:15:06.580001"),
        ("'0044-03-15 12:00:00 BC'", "timestamp", "0044-03-15 12:00:00 BC"),
        ("'1 year 2 mons 3 days 04:05:06.5'", "interval", "P1Y2M3DT4H5M6.5S"),
        ("'0d3bf0b2-d2bd-4e3f-8a33-1d5f7a8fbf5c'", "uuid", "0d3bf0b2-d2bd-4e3f-8a33-1d5f7a8fbf5c"),
        ("'192.168.0.0/24'", "cidr", "192.168.0.0/24"), ("'[1,10)'", "int4range", "[1,10)"),
        ("array[1,null,3]", "int4[]", [1, nil, 3]), ("'{}'", "int8[]", []), ("'[0:1]={7,8}'", "int4[]", [7, 8]),
        ("array[array[1,2],array[3,4]]", "int4[]", [[1, 2], [3, 4]]),
        ("array['a,b','{\"q\\\\}',null,'NULL','']", "text[]", ["a,b", "{\"q\\\\}", nil, "NULL", ""]),
        ("array[1.10, 2]", "numeric[]", ["1.10", "2"]), ("array['{\"a\":1}'::jsonb]", "jsonb[]", [["a": 1]]),
        ("array['\\x01'::bytea]", "bytea[]", [.bytes([1])]), ("array[true,false]", "bool[]", [true, false]),
    ]

    @Test(arguments: values.indices) func comesOutAndGoesInAsItIs(index: Int) async throws {
        let (sql, type, value) = Self.values[index]
        let bench = try await PostgreSQLBench()
        let out = try await bench.query("SELECT (\(sql))::\(type) AS v")
        #expect(out == [["v": value]])
        // What came out is the same when it has gone in, by each of the three ways.
        let table = "types_\(index)"
        try await bench.execute("CREATE TABLE \(table) (n int, v \(type))")
        try await bench.execute("INSERT INTO \(table) VALUES (0, $1)", [value])
        try await bench.run(
            "postgres.execute_many",
            ["sql": .string("INSERT INTO \(table) VALUES (:n, :v)"), "each": [["n": 1, "v": value]]])
        // COPY takes a text for bytes as base64.
        try await bench.run("postgres.execute_many", ["table": .string(table), "each": [["n": 2, "v": value]]])
        // JSON is the same however it is written.
        let form = type.hasSuffix("json") || type == "jsonb" ? "jsonb" : "text"
        let back = try await bench.query(
            "SELECT v, v::\(form) IS NOT DISTINCT FROM ((\(sql))::\(type))::\(form) AS same FROM \(table) ORDER BY n")
        // Where an array begins is not kept.
        let isComparable = !sql.hasPrefix("'[0:")
        #expect(
            back.listValue?.map { $0["v"] ?? "missing" } == [value, value, value]
                && (!isComparable || back.listValue?.allSatisfy { $0["same"] == true } == true), "\(back)")
    }

    @Test func aMomentIsATimestampInUTC() async throws {
        let bench = try await PostgreSQLBench()
        let row = try await bench.query(
            "SELECT timestamptz '2026-11-21 03:15:06.58+05:30' AS a, timestamptz 'infinity' AS b")
        #expect(
            row == [["a": .timestamp(try #require(Timestamp(rfc3339: "2026-11-20T21:45:06.58Z"))), "b": "infinity"]])
        let same = try await bench.query(
            "SELECT $1::timestamptz = '2026-11-20 21:45:06.58Z' AS ok", [try #require(row.listValue?[0]["a"])])
        #expect(same == [["ok": true]])
    }

    /// What an administrator has set for the account says how values are written, not what they are.
    @Test func settingsOfTheAccountChangeNoValue() async throws {
        let settings = ["bytea_output = 'escape'", "extra_float_digits = 0", "timezone = 'Europe/Berlin'"]
        let fields: [String: Value] = ["username": "flow_md5", "connections": "1"]
        let before = try await PostgreSQLBench(PostgreSQLServer.shared, fields)
        for setting in settings { try await before.execute("ALTER ROLE flow_md5 SET \(setting)") }
        let bench = try await PostgreSQLBench(PostgreSQLServer.shared, fields)
        let sql = """
            SELECT current_setting('bytea_output') AS form, '\\x00ff5c41'::bytea AS b,
                array['\\x00ff5c41'::bytea, null, '\\x'] AS list, 0.1::float8 + 0.2::float8 AS f,
                '1880-01-01 00:00:00Z'::timestamptz AS t, ('2026-06-30 23:00:00Z'::timestamptz)::date AS d
            """
        let bytes = Value.bytes([0, 255, 92, 65])
        // Also with a connection that comes back from a step.
        for _ in 0..<2 {
            let rows = try await bench.query(sql)
            let row = try #require(rows.listValue?.first)
            #expect(row["form"] == "escape" && row["b"] == bytes && row["list"] == [bytes, nil, .bytes([])])
            #expect(row["f"] == .double(0.1 + 0.2))
            #expect(row["t"] == .timestamp(try #require(Timestamp(rfc3339: "1880-01-01T00:00:00Z"))))
            // The zone is the account's own.
            #expect(row["d"] == "2026-07-01")
            let written = try await bench.run("postgres.execute", ["sql": .string(sql)])
            #expect(written["rows"] == rows)
        }
        try await before.execute("ALTER ROLE flow_md5 RESET ALL")
    }

    /// In a file bytes are base64, and elements of an array may be null.
    @Test func listsComeBackFromAFile() async throws {
        let bench = try await PostgreSQLBench()
        let values =
            "array[array['\\x00ff'::bytea, null], array['\\x'::bytea, '\\x41']], array['{\"a\": 1}'::jsonb, null]"
        try await bench.execute("CREATE TABLE lists (b bytea[], j jsonb[])")
        try await bench.execute("INSERT INTO lists VALUES (\(values))")
        try await bench.run("postgres.query", ["sql": "SELECT * FROM lists", "to": "lists.jsonl"])
        try await bench.run("postgres.execute_many", ["table": "lists", "from": "lists.jsonl"])
        let same = try await bench.query("SELECT count(*) AS n FROM lists WHERE (b, j) = (\(values))")
        #expect(same == [["n": 2]])
        let wrong = await bench.failure(
            "postgres.execute_many", ["table": "lists", "columns": ["b"], "each": [[["no base64!"]]]])
        #expect(wrong?.message == "value 1 is no base64, and its column holds bytes")
    }

    /// A string is none that has yet to become JSON.
    @Test func jsonGoesThroughAFileAndBack() async throws {
        let bench = try await PostgreSQLBench()
        let values = #"('"5"'::jsonb), ('"x"'), ('"true"'), ('true'), ('5'), ('{"a": ["1"]}')"#
        try await bench.execute("CREATE TABLE documents (j jsonb, list jsonb[])")
        try await bench.execute("INSERT INTO documents SELECT v, array[v, null] FROM (VALUES \(values)) AS t (v)")
        try await bench.run("postgres.query", ["sql": "SELECT * FROM documents", "to": "rows.jsonl"])
        try await bench.execute("CREATE TABLE copies (LIKE documents)")
        try await bench.run("postgres.execute_many", ["table": "copies", "from": "rows.jsonl"])
        #expect(
            try await bench.query("SELECT count(*) AS n FROM documents NATURAL JOIN copies WHERE list[2] IS NULL")
                == [["n": 6]])
        // Elsewhere a text is JSON itself.
        try bench.world.files.write(
            Array("j\n\"{\"\"b\"\": 1}\"\n".utf8), to: bench.folder.path + "/rows.csv", mode: 0o600)
        try await bench.run("postgres.execute_many", ["table": "copies", "from": "rows.csv"])
        try await bench.run("postgres.execute_many", ["table": "copies", "each": [["j": #"{"b": 1}"#]]])
        #expect(try await bench.query("SELECT count(*) AS n FROM copies WHERE j = '{\"b\": 1}'") == [["n": 2]])
    }

    @Test func textThatIsNotUTF8IsRefused() {
        let failure = #expect(throws: Failure.self) {
            try [UInt8](arrayLiteral: 0x41, 0xFF).withUnsafeBytes { try PostgreSQLText.value($0, nil) }
        }
        #expect(failure?.kind == .invalid && failure?.message == "holds text that is not UTF-8")
    }

    @Test(arguments: [("{", 3_000_000), ("{{{{{{{1}}}}}}}", 1), ("{1,2", 1), ("{\"1", 1)])
    func whatIsNoArrayIsRefused(piece: String, count: Int) {
        let text = String(repeating: piece, count: count)
        let failure = #expect(throws: Failure.self) {
            try PostgreSQLArray.parse(Array(text.utf8)) { (_: [UInt8]) throws(Failure) in nil }
        }
        #expect(failure?.kind == .protocolError)
        #expect(failure?.message == "the server gives an array in a form that PostgreSQL doesn't have")
    }

    @Test(arguments: ["\\x0", "\\xzz", "\\400", "\\08", "\\"]) func whatIsNoBytesIsRefused(text: String) {
        let failure = #expect(throws: Failure.self) {
            try Array(text.utf8).withUnsafeBytes { try PostgreSQLText.value($0, .bytes) }
        }
        #expect(failure?.kind == .protocolError)
        #expect(failure?.message == "the server gives bytes in a form that PostgreSQL doesn't have")
    }

    @Test func aListIsAnArrayOrJSONByWhatItIsFor() async throws {
        let bench = try await PostgreSQLBench()
        let row = try await bench.query(
            "SELECT $1::int[] AS a, $2::jsonb AS b, $3::jsonb AS c", [[1, 2], [1, "x", nil], ["k": [true]]])
        #expect(row == [["a": [1, 2], "b": [1, "x", nil], "c": ["k": [true]]]])
        let any = try await bench.query(
            "SELECT n FROM generate_series(1, 5) n WHERE n = ANY(:ids) ORDER BY n", ["ids": [2, 4]])
        #expect(any == [["n": 2], ["n": 4]])
    }

    @Test func bytesGoToFilesAndComeFromThem() async throws {
        let bench = try await PostgreSQLBench()
        try await bench.execute("CREATE TABLE photos (name text, data bytea)")
        let content = (0..<200_000).map { UInt8($0 % 251) }
        try bench.world.files.write(content, to: bench.folder.path + "/in.bin", mode: 0o600)
        let file = FileReference(path: bench.folder.path + "/in.bin", size: 200_000)
        try await bench.execute("INSERT INTO photos VALUES ('a', :data)", ["data": .file(file)])
        let rows = try await bench.run(
            "postgres.query", ["sql": "SELECT name, data FROM photos", "files_to": "out"])
        guard case .file(let out)? = rows.listValue?.first?["data"] else {
            Issue.record("no file: \(rows)")
            return
        }
        #expect(out.path == bench.folder.path + "/out/1-data" && out.size == 200_000)
        #expect(try bench.world.files.read(out.path, limit: .max) == content)
    }

    @Test func twoColumnsOfOneNameAreRefused() async throws {
        let bench = try await PostgreSQLBench()
        let failure = await bench.failure("postgres.query", ["sql": "SELECT 1 AS id, 2 AS id"])
        #expect(failure?.message == "the query gives two columns with the name \"id\"")
    }
}
