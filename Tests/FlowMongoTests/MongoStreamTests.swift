import FlowCore
import FlowSpec
import FlowTestKit
import Glibc
import Synchronization
import Testing

/// Many documents, in and out.
@Suite(.serialized, .enabled(if: TestService.isThere("mongodb"), "\(TestService.advice)"))
struct MongoStreamTests {
    private static let count = 100_000

    @Test func documentsStreamInAndOutInBoundedMemory() async throws {
        try await TestDatabase.use { (database) async throws in
            let path = database.folder + "/in.jsonl"
            var lines: [UInt8] = []
            for number in 0..<Self.count {
                lines += JSON.bytes([
                    "n": .int(Int64(number)), "text": "some text that makes the document longer than it would be",
                    "large": .int(Int64.max - Int64(number)),
                ])
                lines.append(UInt8(ascii: "\n"))
            }
            try Folder.write(String(decoding: lines, as: UTF8.self), to: path)
            lines = []
            let before = try Self.peak()
            let insert: KeyValuePairs<String, Value> = ["collection": "many", "from": .string(path)]
            #expect(
                try await database.run("insert_many", insert, key: "step")
                    == ["inserted": .int(Int64(Self.count)), "ids": nil])
            let out = try await database.run("find", ["collection": "many", "sort": ["_id": 1], "to": "out.jsonl"])
            #expect(out.files.first?.size ?? 0 > Int64(Self.count) * 100)
            let seen = Mutex((count: 0, sum: 0))
            try await database.pages("find", ["collection": "many"]) { page in
                seen.withLock { seen in
                    seen.count += page.items.count
                    seen.sum += page.items.reduce(0) { $0 + Int($1["n"]?.intValue ?? 0) }
                }
            }
            #expect(seen.withLock { $0.count } == Self.count)
            #expect(seen.withLock { $0.sum } == Self.count * (Self.count - 1) / 2)
            #expect(MeasuredMemory.grew(from: before, to: try Self.peak(), byLessThan: 48 << 20))
        }
    }

    @Test func aFileMayBeInsertedAgain() async throws {
        try await TestDatabase.use { (database) async throws in
            try Folder.write("name,age\nAda,36\nLin,\n", to: database.folder + "/people.csv")
            let insert: KeyValuePairs<String, Value> = ["collection": "people", "from": "people.csv"]
            #expect(try await database.run("insert_many", insert, key: "step")["inserted"] == 2)
            #expect(try await database.run("insert_many", insert, key: "step")["inserted"] == 2)
            #expect(
                try await database.run(
                    "find", ["collection": "people", "sort": ["name": 1], "projection": ["_id": 0]])
                    == [["name": "Ada", "age": "36"], ["name": "Lin", "age": nil]])
            // Another step finds what has an _id of its own there, too.
            _ = try await database.run("find", ["collection": "people", "to": "saved.jsonl"])
            #expect(
                try await database.run("insert_many", ["collection": "people", "from": "saved.jsonl"])["inserted"] == 2)
            #expect(try await database.run("count", ["collection": "people"]) == 2)
            try Folder.write("[1]\n", to: database.folder + "/odd.jsonl")
            let failure = await failure {
                try await database.run("insert_many", ["collection": "people", "from": "odd.jsonl"])
            }
            #expect(failure?.message == "\"documents[0]\" must be a map, not a list of 1")
        }
    }

    /// The most memory that this process has had, in bytes.
    private static func peak() throws -> Int {
        var usage = rusage()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { throw Failure(.internal, "no usage") }
        return usage.ru_maxrss * 1024
    }
}
