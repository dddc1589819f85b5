import FlowCore
import FlowNodes
import FlowSpec
import FlowTestKit
import Synchronization
import Testing

/// Lists that are read page by page.
@Suite struct PageTests {
    private func pages(
        _ name: String, _ arguments: KeyValuePairs<String, Value>, in folder: TemporaryFolder, from mark: Value? = nil
    ) async throws -> [Page] {
        let found = PageLog()
        try await read(name, arguments, in: folder, from: mark, into: found)
        return found.pages
    }

    private func read(
        _ name: String, _ arguments: KeyValuePairs<String, Value>, in folder: TemporaryFolder, from mark: Value? = nil,
        into found: PageLog
    ) async throws {
        let node = try #require(NativeNodes().node(named: name) as? any PagedNode)
        let bound = try node.spec.bind(ValueMap(arguments.map { ($0.key, $0.value) }))
        try #require(node.comesInPages(bound))
        let world = World(
            http: UnexpectedUse(), files: PosixFileSystem(), clock: ManualClock(), processes: PosixProcessRunner(),
            random: SeededRandom(), environment: [:])
        let context = NodeContext(world: world, workingDirectory: folder.path)
        try await node.pages(bound, from: mark, in: context) { found.add($0) }
    }

    private static let rows = (1...3000).map { "\($0),\"name, of\nno \($0)\"" }

    @Test(arguments: ["\n", "\r\n"])
    func aLargeCSVFileComesInPagesThatAreTogetherTheWhole(lineEnd: String) async throws {
        let folder = try TemporaryFolder()
        try folder.write("\u{FEFF}id,name" + lineEnd + Self.rows.joined(separator: lineEnd), to: "big.csv")
        let found = try await pages("data.parse", ["file": "big.csv", "format": "csv"], in: folder)
        #expect(found.count > 1)
        #expect(found.last?.next == nil)
        let whole = try await runNode("data.parse", ["file": "big.csv", "format": "csv"], in: folder)
        #expect(.list(found.flatMap(\.items)) == whole)
        #expect(whole.listValue?.count == 3000)

        let rest = try await pages(
            "data.parse", ["file": "big.csv", "format": "csv"], in: folder, from: found[0].next)
        #expect(rest == Array(found.dropFirst()))
    }

    @Test(arguments: ["{\"n\":1}\n\n{\"n\":2}\n{\"n\":3}", "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n"])
    func blankLinesAndAMissingLastLineEndAreNoItems(text: String) async throws {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "few.jsonl")
        let found = try await pages("data.parse", ["file": "few.jsonl", "format": "jsonl"], in: folder)
        #expect(found == [Page([["n": 1], ["n": 2], ["n": 3]])])
    }

    @Test func aRecordLargerThanAPageIsReadWhole() async throws {
        let folder = try TemporaryFolder()
        let long = String(repeating: "é", count: 100_000)
        try folder.write("\"\(long)\"\n7\n", to: "long.jsonl")
        let found = try await pages("data.parse", ["file": "long.jsonl", "format": "jsonl"], in: folder)
        #expect(found.flatMap(\.items) == [.string(long), 7])
    }

    @Test func anEmptyFileIsOnePageWithoutItems() async throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "empty")
        for format in ["csv", "jsonl"] {
            let found = try await pages("data.parse", ["file": "empty", "format": .string(format)], in: folder)
            #expect(found == [Page([])])
        }
    }

    @Test func aMistakeIsToldWithItsLineAfterWhatComesBefore() async throws {
        let folder = try TemporaryFolder()
        try folder.write((Self.rows + ["1,2,3"]).joined(separator: "\n"), to: "bad.csv")
        let failure = await failure {
            try await pages("data.parse", ["file": "bad.csv", "format": "csv", "header": false], in: folder).count
                + pages("data.parse", ["file": "bad.csv", "format": "csv"], in: folder).count
        }
        #expect(
            failure?.message
                == "\"\(folder.path)/bad.csv\": line 6001 of the CSV has 3 fields, but the header has 2")
        #expect(failure?.hint == "mend the line, or set header: false")
    }

    @Test func aFileWhoseReadPartChangedIsNotReadFurther() async throws {
        let folder = try TemporaryFolder()
        try folder.write("id,name\n" + Self.rows.joined(separator: "\n"), to: "big.csv")
        let found = try await pages("data.parse", ["file": "big.csv", "format": "csv"], in: folder)
        let line = found[0].items.count * 2 + 2
        for text in [(["0,new"] + Self.rows).joined(separator: "\n"), ""] {
            try folder.write("id,name\n" + text, to: "big.csv")
            let failure = await failure {
                try await pages("data.parse", ["file": "big.csv", "format": "csv"], in: folder, from: found[0].next)
            }
            #expect(failure?.kind == .conflict)
            #expect(
                failure?.message
                    == "\"\(folder.path)/big.csv\" has changed before line \(line), up to which it was read")
            #expect(failure?.hint == "start a new run, or put that part back as it was")
        }
    }

    @Test(arguments: ["csv", "jsonl"])
    func aLineThatWasMendedIsReadWhereReadingBrokeOff(format: String) async throws {
        let folder = try TemporaryFolder()
        let name = "big.\(format)"
        let right = format == "csv" ? ["id,name"] + Self.rows : (1...3000).map { "{\"n\":\($0)}" }
        var wrong = right
        wrong[2900] = "1,{,x"
        try folder.write(wrong.joined(separator: "\n"), to: name)
        let kept = PageLog()
        let failure = await failure {
            try await read("data.parse", ["file": .string(name), "format": .string(format)], in: folder, into: kept)
        }
        #expect(failure?.kind == .invalid)
        try folder.write(right.joined(separator: "\n") + "\n", to: name)
        let mark = try #require(kept.pages.last?.next)
        try await read(
            "data.parse", ["file": .string(name), "format": .string(format)], in: folder, from: mark, into: kept)
        let whole = try await runNode("data.parse", ["file": .string(name), "format": .string(format)], in: folder)
        #expect(.list(kept.pages.flatMap(\.items)) == whole)
    }

    // MARK: SQL

    private static let query: KeyValuePairs<String, Value> = [
        "database": "n.db", "sql": "SELECT n FROM numbers ORDER BY n",
    ]

    private func numbers(in folder: TemporaryFolder) async throws {
        _ = try await runNode(
            "sqlite.execute", ["database": "n.db", "sql": "CREATE TABLE numbers (n INTEGER)"], in: folder)
        _ = try await runNode(
            "sqlite.execute",
            [
                "database": "n.db", "sql": "INSERT INTO numbers VALUES (?)",
                "each": .list((1...1000).map { [.int(Int64($0))] }),
            ], in: folder)
    }

    @Test func rowsOfAQueryComeInPagesAndGoOnAfterAMark() async throws {
        let folder = try TemporaryFolder()
        try await numbers(in: folder)
        let found = try await pages("sqlite.query", Self.query, in: folder)
        #expect(found.map(\.items.count) == [250, 250, 250, 250])
        #expect(found.flatMap(\.items).compactMap { $0["n"]?.intValue } == Array(1...1000))
        #expect(found.last?.next == nil)
        let rest = try await pages("sqlite.query", Self.query, in: folder, from: found[1].next)
        #expect(rest == Array(found.dropFirst(2)))
    }

    @Test(arguments: ["UPDATE numbers SET n = -1 WHERE n = 7", "DELETE FROM numbers WHERE n > 200"])
    func aQueryThatGivesOtherRowsThanBeforeDoesNotGoOn(change: String) async throws {
        let folder = try TemporaryFolder()
        try await numbers(in: folder)
        let found = try await pages("sqlite.query", Self.query, in: folder)
        _ = try await runNode("sqlite.execute", ["database": "n.db", "sql": .string(change)], in: folder)
        let failure = await failure {
            try await pages("sqlite.query", Self.query, in: folder, from: found[0].next)
        }
        #expect(failure?.kind == .conflict)
        #expect(failure?.message == "the query gives other rows than before the run was cut off")
        #expect(failure?.hint == "start a new run; an order in the query keeps the rows in one order")
    }
}

/// The pages a node has given, also where it failed in the end.
private final class PageLog: Sendable {
    private let log = Mutex<[Page]>([])

    var pages: [Page] { log.withLock { $0 } }

    func add(_ page: Page) { log.withLock { $0.append(page) } }
}
