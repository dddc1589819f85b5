import FlowCore
import FlowSpec
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
        #expect(output == ["changes": 3])
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
        #expect(failure != nil)
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
