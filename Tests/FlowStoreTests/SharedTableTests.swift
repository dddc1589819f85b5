import FlowCore
import FlowStore
import FlowTestKit
import Testing

/// Records that processes share through the state database.
@Suite struct SharedTableTests {
    private let folder = TemporaryFolder()
    private let future = Timestamp(seconds: 4_000_000_000)

    private func path() throws -> String { folder.path + "/state/state.db" }

    private func add(_ table: SharedTable, _ key: String) async throws -> Int64 {
        let future = future
        return try await table.update(kind: "limit", key: key) { content in
            let count = (content?.value["count"]?.intValue ?? 0) + 1
            content = (ValueMap([("count", .int(count))]), future)
            return count
        }
    }

    @Test func changesOfManyProcessesAreAllCounted() async throws {
        let path = try path()
        let tables = (0..<4).map { _ in SharedTable(path: path) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for table in tables {
                group.addTask { for _ in 0..<25 { _ = try await self.add(table, "a") } }
            }
            try await group.waitForAll()
        }
        #expect(try await add(SharedTable(path: path), "a") == 101)
    }

    @Test func recordsAreListedAndRemoved() async throws {
        let path = try path()
        #expect(try SharedTable.entries(in: path).isEmpty)
        let table = SharedTable(path: path)
        _ = try await add(table, "a")
        _ = try await add(table, "b")
        let entries = try SharedTable.entries(in: path)
        #expect(entries.map(\.key) == ["a", "b"])
        #expect(entries.map(\.value) == [["count": 1], ["count": 1]].map { (value: Value) in value.mapValue })
        try await table.remove([entries[0]])
        #expect(try SharedTable.entries(in: path).map(\.key) == ["b"])
        #expect(try await table.content(kind: "limit", key: "b")?.value == ValueMap([("count", 1)]))
        #expect(try await table.content(kind: "limit", key: "a") == nil)
        try await table.update(kind: "limit", key: "b") { $0 = nil }
        #expect(try SharedTable.entries(in: path).isEmpty)
    }

    @Test func expiredRecordIsNoRecord() async throws {
        let table = SharedTable(path: try path())
        try await table.update(kind: "limit", key: "a") { $0 = (ValueMap(), Timestamp(seconds: 1)) }
        #expect(try await table.content(kind: "limit", key: "a") == nil)
        #expect(try await table.update(kind: "limit", key: "a") { $0 == nil })
        #expect(try SharedTable.entries(in: try path()).isEmpty)
    }

    @Test func databaseThatIsNoneIsAFailure() async throws {
        let path = folder.path + "/text.db"
        let database = try Database.open(path, privateFile: true)
        try database.execute("PRAGMA user_version = 99")
        let table = SharedTable(path: path)
        do {
            _ = try await add(table, "a")
            Issue.record("nothing was thrown")
        } catch {
            #expect(Failure(error).code == "newer_format")
        }
    }
}
