import FlowCore
import FlowStore
import FlowTestKit
import Testing

/// The bounded table of responses.
@Suite struct ResponseTableTests {
    private let folder = TemporaryFolder()

    @Test func contentIsThereForTheNextProcess() async throws {
        let path = folder.path + "/cache/responses.db"
        try await ResponseTable(path: path).keep([1, 2, 3], of: [9])
        let next = ResponseTable(path: path)
        #expect(try await next.content(of: [9]) == [1, 2, 3])
        #expect(try await next.content(of: [8]) == nil)
        #expect(TemporaryFolder.mode(of: path) == 0o600)
    }

    @Test func clearedTableIsEmptyForAProcessThatHasItOpen() async throws {
        let path = folder.path + "/responses.db"
        #expect(try ResponseTable.usage(of: path) == nil)
        #expect(try ResponseTable.clear(path) == 0)
        let table = ResponseTable(path: path)
        try await table.keep([1, 2, 3], of: [9])
        try await table.keep([4, 5], of: [8])
        let usage = try #require(try ResponseTable.usage(of: path))
        #expect(usage == (2, 5))
        #expect(try ResponseTable.clear(path) == 2)
        #expect(try await table.content(of: [9]) == nil)
        try await table.keep([6], of: [9])
        #expect(try await table.content(of: [9]) == [6])
    }

    /// All that is in it can be asked for again.
    @Test(arguments: [0, 100, 4096])
    func damagedTableIsBegunAnew(at offset: Int) async throws {
        let path = folder.path + "/responses.db"
        let whole = ResponseTable(path: path)
        for key in 1...200 { try await whole.keep([UInt8](repeating: 7, count: 300), of: [UInt8(key)]) }
        // The last pages may still be in the log, which the next connection that is closed brings into the file.
        _ = try Database.open(path).query("PRAGMA wal_checkpoint(TRUNCATE)")
        var bytes = try Folder.bytes(of: path)
        for index in offset..<bytes.count { bytes[index] = UInt8(truncatingIfNeeded: index &* 31) }
        let damaged = folder.path + "/damaged.db"
        try TemporaryFolder.write("", to: damaged)
        try Folder.write(bytes, to: damaged)
        let table = ResponseTable(path: damaged)
        for key in 1...200 { _ = try? await table.content(of: [UInt8(key)]) }
        _ = try? await table.keep([1], of: [9])
        try await table.keep([1, 2, 3], of: [9])
        #expect(try await ResponseTable(path: damaged).content(of: [9]) == [1, 2, 3])
        #expect(Folder.exists(damaged + ".damaged"))
        try Folder.write(bytes, to: damaged)
        _ = try ResponseTable.clear(damaged)
        #expect(try ResponseTable.usage(of: damaged)?.count ?? 0 == 0)
    }

    /// `FLOWCTL_CACHE` may name it by mistake.
    @Test func aFileOfSomebodyElseIsKept() async throws {
        let path = folder.path + "/diary.txt"
        try TemporaryFolder.write("dear diary", to: path)
        try await ResponseTable(path: path).keep([1], of: [9])
        #expect(try Folder.read(path + ".damaged") == "dear diary")
    }

    @Test func oldestIsForgottenWhereThereIsNoRoom() async throws {
        let table = ResponseTable(path: folder.path + "/responses.db", capacity: 1000)
        for key in 1...20 { try await table.keep([UInt8](repeating: 0, count: 100), of: [UInt8(key)]) }
        #expect(try await table.content(of: [1]) == nil)
        #expect(try await table.content(of: [20]) != nil)
        var kept = 0
        for key in 1...20 where try await table.content(of: [UInt8(key)]) != nil { kept += 1 }
        #expect((1...10).contains(kept))
        try await table.keep([UInt8](repeating: 0, count: 2000), of: [99])
        #expect(try await table.content(of: [99]) == nil)
    }
}
