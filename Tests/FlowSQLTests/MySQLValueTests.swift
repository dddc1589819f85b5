import FlowCore
import FlowTestKit
import Testing

@testable import FlowSQL

@Suite(.enabled(if: MySQLServer.isThere, "\(TestService.advice)")) struct MySQLValueTests {
    /// A column of each type, with a value for it and what that value comes back as.
    private static let columns: [(type: String, given: Value, found: Value)] = [
        ("TINYINT", -128, -128),
        ("BOOLEAN", true, 1),
        ("SMALLINT UNSIGNED", 65_535, 65_535),
        ("INT", -2_147_483_648, -2_147_483_648),
        ("BIGINT", .int(.min), .int(.min)),
        ("BIGINT UNSIGNED", .uint(.max), .uint(.max)),
        ("BIGINT UNSIGNED", .int(.max), .int(.max)),
        ("DECIMAL(38, 10)", "-1234567890123456789012345678.0123456789", "-1234567890123456789012345678.0123456789"),
        ("DECIMAL(30, 10)", .number(ExactNumber(text: "12345678901234567890.5")), "12345678901234567890.5000000000"),
        ("FLOAT", 1.1, 1.1),
        ("DOUBLE", 0.1, 0.1),
        ("DOUBLE", -1.7976931348623157e308, -1.7976931348623157e308),
        ("DATE", "2026-11-21", "2026-11-21"),
        ("DATETIME", "2026-11-21T03:15:06", "2026-11-21T03:15:06"),
        (
            "DATETIME(6)", .timestamp(Timestamp(rfc3339: "2026-11-21T04:15:06.000005+01:00")!),
            "2026-11-21T03:15:06.000005"
        ),
        (
            "TIMESTAMP(3) NULL", .timestamp(Timestamp(rfc3339: "2026-11-21T03:15:06.5Z")!),
            .timestamp(Timestamp(rfc3339: "2026-11-21T03:15:06.5Z")!)
        ),
        ("TIME(2)", "-838:59:58.99", "-838:59:58.99"),
        ("TIME(3)", .duration(.milliseconds(-5_400_500)), "-01:30:00.500"),
        ("YEAR", 2026, 2026),
        ("CHAR(3)", "ab", "ab"),
        ("VARCHAR(20) CHARACTER SET utf8mb4", "Grüße 🎉", "Grüße 🎉"),
        ("TEXT", .string(String(repeating: "ü", count: 10_000)), .string(String(repeating: "ü", count: 10_000))),
        ("TEXT", "", ""),
        ("BLOB", .bytes([0, 255, 39, 92]), .bytes([0, 255, 39, 92])),
        ("LONGBLOB", .bytes(Array(repeating: 7, count: 100_000)), .bytes(Array(repeating: 7, count: 100_000))),
        ("VARBINARY(4)", .bytes([1]), .bytes([1])),
        ("BINARY(2)", .bytes([1, 0]), .bytes([1, 0])),
        ("JSON", ["n": .int(.max), "list": [1, nil, "ü"]], ["n": .int(.max), "list": [1, nil, "ü"]]),
        ("BIT(1)", true, 1),
        ("BIT(64)", .uint(.max), .uint(.max)),
        ("ENUM('x', 'y')", "y", "y"),
        ("SET('x', 'y')", "x,y", "x,y"),
        ("UUID", "123e4567-e89b-12d3-a456-426655440000", "123e4567-e89b-12d3-a456-426655440000"),
        ("INET6", "::1", "::1"),
        ("VARCHAR(20)", .secret("fake-secret"), "fake-secret"),
    ]

    @Test func valuesOfAllTypesComeBackAsTheyWent() async throws {
        let found = try await MySQLServer.with { connection in
            let names = Self.columns.indices.map { "c\($0)" }
            let list = zip(names, Self.columns).map { "\($0) \($1.type)" }.joined(separator: ", ")
            try connection.change("CREATE TEMPORARY TABLE kinds (\(list))")
            let marks = names.map { _ in "?" }.joined(separator: ", ")
            try connection.change("INSERT INTO kinds VALUES (\(marks))", Self.columns.map(\.given))
            try connection.change("INSERT INTO kinds VALUES (\(marks))", names.map { _ in .null })
            return try connection.rows("SELECT * FROM kinds")
        }
        try #require(found.count == 2)
        for (index, column) in Self.columns.enumerated() {
            #expect(found[0]["c\(index)"] == column.found, "\(column.type)")
            #expect(found[0]["c\(index)"]?.type == column.found.type, "\(column.type)")
            #expect(found[1]["c\(index)"]?.isNull == true, "\(column.type)")
        }
    }

    @Test func whatAQueryGivesAsJSONCanBeLoadedAgain() async throws {
        let (before, after) = try await MySQLServer.with { connection in
            try connection.change(
                "CREATE TEMPORARY TABLE a (id INT, at TIMESTAMP(6), d DATETIME, b VARBINARY(9), j JSON, n DECIMAL(20, 5))"
            )
            try connection.change("CREATE TEMPORARY TABLE b LIKE a")
            try connection.change(
                "INSERT INTO a VALUES (1, '2026-11-21 03:15:06.000001', '2026-11-21 01:02:03', 0x00FF27, '{\"a\": [1]}', 1.5)"
            )
            let before = try connection.rows("SELECT * FROM a")
            var lines = try before.map { try JSON.parse(JSON.text(.map($0))) }
            let count = try connection.load(
                into: SQLName("b", .mySQL), columns: ["id", "at", "d", "b", "j", "n"], isAsQueried: true
            ) {
                lines.popLast()?.mapValue?.values
            }
            #expect(count == 1)
            return (before, try connection.rows("SELECT * FROM b"))
        }
        #expect(before == after)
    }

    @Test func twoColumnsOfOneNameAreRefused() async throws {
        let refused = await failure { try await MySQLServer.with { try $0.rows("SELECT 1 AS a, 2 AS b, 3 AS a") } }
        #expect(refused?.message == "the query gives two columns with the name \"a\"")
    }

    @Test func aDateThatIsNoneStaysAsItIs() async throws {
        let rows = try await MySQLServer.with { connection in
            try connection.change("SET SESSION sql_mode = ''")
            try connection.change("CREATE TEMPORARY TABLE z (t TIMESTAMP, d DATE, p DATETIME(1), m DATETIME)")
            try connection.change("INSERT INTO z VALUES (0, 0, '2026-11-00 03:15:06.5', '2026-00-21')")
            return try connection.rows("SELECT * FROM z")
        }
        let texts = ["t": "0000-00-00 00:00:00", "d": "0000-00-00", "p": "2026-11-00 03:15:06.5"]
        for (column, text) in texts { #expect(rows.first?[column] == .string(text)) }
        #expect(rows.first?["m"] == "2026-00-21 00:00:00")
    }

    @Test func textsFromAFileBecomeWhatTheColumnsAre() async throws {
        let rows = try await MySQLServer.with { connection in
            try connection.change(
                "CREATE TEMPORARY TABLE texts (few BIT(8), all_of_them BIT(64), y YEAR, n INT, f FLOAT)")
            var lines: [[Value]] = [["5", "18446744073709551615", "2026", "-7", "1.5"], [nil, 1, nil, nil, nil]]
            let columns = ["few", "all_of_them", "y", "n", "f"]
            _ = try connection.load(into: SQLName("texts", .mySQL), columns: columns, isAsQueried: true) {
                lines.popLast()
            }
            return try connection.rows("SELECT * FROM texts WHERE few IS NOT NULL")
        }
        #expect(
            rows == [ValueMap([("few", 5), ("all_of_them", .uint(.max)), ("y", 2026), ("n", -7), ("f", 1.5)])])
        let refused = await failure {
            try await MySQLServer.with { connection in
                try connection.change("CREATE TEMPORARY TABLE bits (b BIT(8))")
                var lines: [[Value]] = [["five"]]
                _ = try connection.load(into: SQLName("bits", .mySQL), columns: ["b"], isAsQueried: true) {
                    lines.popLast()
                }
            }
        }
        #expect(refused?.message == "the column \"b\" holds bits, and the text for it is no number")
        #expect(refused?.hint == "give a number in which each is a bit, as a query writes it")
    }

    @Test(arguments: [
        (Value.double(.nan), "value 1 of the statement is no finite number, which MySQL can't keep"),
        (.double(.infinity), "value 1 of the statement is no finite number, which MySQL can't keep"),
    ])
    func whatHasNoFormIsRefused(value: Value, message: String) async throws {
        let refused = await failure { try await MySQLServer.with { try $0.rows("SELECT ?", [value]) } }
        #expect(refused?.message == message)
        #expect(refused?.nothingSent == true)
    }

    @Test func textForABinaryColumnMustBeBase64() async throws {
        let refused = await failure {
            try await MySQLServer.with { connection in
                try connection.change("CREATE TEMPORARY TABLE b (content BLOB)")
                var rows: [[Value]] = [["no base64!"]]
                _ = try connection.load(into: SQLName("b", .mySQL), columns: ["content"], isAsQueried: true) {
                    rows.popLast()
                }
            }
        }
        #expect(refused?.message == "the column \"content\" holds bytes, and the text for it is no base64")
        #expect(refused?.hint == "give base64, or bytes: ${{ bytes(text) }}")
    }

    @Test func placeholdersAndValuesMustBeAsMany() async throws {
        let refused = await failure { try await MySQLServer.with { try $0.rows("SELECT ?, ?", [1]) } }
        #expect(refused?.message == "the statement takes 2 values, but 1 was given")
    }
}
