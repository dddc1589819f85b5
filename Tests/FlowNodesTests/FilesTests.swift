import FlowCore
import FlowNodes
import FlowSpec
import FlowTestKit
import Glibc
import Testing

@Suite struct FilesTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func aPathIsNotCutAtANUL() async throws {
        let folder = try TemporaryFolder()
        let failure = await failure {
            try await runNode("files.write", ["path": "out.txt\u{0}.bak", "content": "x"], in: folder)
        }
        #expect(failure?.message == "files.write: parameter \"path\": a path can't hold a NUL character")
    }

    @Test func writtenTextIsReadBack() async throws {
        let file = try await runNode("files.write", ["path": "a/b/n.txt", "content": "hi\n"], in: folder)
        #expect(file == .file(FileReference(path: "\(folder.path)/a/b/n.txt", size: 3)))
        #expect(try await runNode("files.read", ["path": file], in: folder) == "hi\n")
        #expect(
            try await runNode("files.read", ["path": "a/b/n.txt", "as": "bytes"], in: folder) == .bytes([104, 105, 10]))
        #expect(try PosixFileSystem().list("\(folder.path)/a/b") == ["n.txt"])
    }

    @Test func valuesAreWrittenAsJSON() async throws {
        _ = try await runNode("files.write", ["path": "v.json", "content": ["a": [1, 2]]], in: folder)
        #expect(try await runNode("files.read", ["path": "v.json", "as": "json"], in: folder) == ["a": [1, 2]])
    }

    @Test func textIsAppended() async throws {
        for _ in 0..<2 {
            _ = try await runNode("files.write", ["path": "l", "content": "x\n", "append": true], in: folder)
        }
        #expect(try folder.read("l") == "x\nx\n")
    }

    @Test func aMissingFileIsNotFound() async throws {
        let failure = await failure { try await runNode("files.read", ["path": "none"], in: folder) }
        #expect(failure?.kind == .notFound)
        #expect(failure?.message == "can't read \"\(folder.path)/none\": there is no such file or folder")
        #expect(failure?.hint == "check the path")
    }

    @Test func aFolderIsNoFile() async throws {
        let reading = await failure { try await runNode("files.read", ["path": "."], in: folder) }
        #expect(reading?.message == "can't read \"\(folder.path)\": it is a folder")
        let writing = await failure { try await runNode("files.write", ["path": ".", "content": ""], in: folder) }
        #expect(writing?.message == "can't write \"\(folder.path)\": it is a folder")
    }

    private func mode(_ name: String) -> mode_t {
        var information = stat()
        return lstat("\(folder.path)/\(name)", &information) == 0 ? information.st_mode : 0
    }

    @Test func aFileThatIsReplacedKeepsItsPermissions() async throws {
        for (node, parameters) in [
            ("files.write", ["path": "x", "content": "new"]), ("files.copy", ["from": "new", "to": "x"]),
        ] as [(String, KeyValuePairs<String, Value>)] {
            try folder.write("new", to: "new")
            for permissions in [0o600, 0o755] as [mode_t] {
                try folder.write("old", to: "x")
                #expect(chmod("\(folder.path)/x", permissions) == 0)
                _ = try await runNode(node, parameters, in: folder)
                #expect(mode("x") & 0o7777 == permissions, "\(node)")
                #expect(try folder.read("x") == "new")
            }
        }
    }

    @Test func aLinkStaysAndLeadsToTheNewContent() async throws {
        try folder.write("old", to: "x")
        try folder.write("copied", to: "y")
        try #require(symlink("x", "\(folder.path)/link") == 0)
        _ = try await runNode("files.write", ["path": "link", "content": "written"], in: folder)
        #expect(try folder.read("x") == "written")
        _ = try await runNode("files.copy", ["from": "y", "to": "link"], in: folder)
        #expect(try folder.read("x") == "copied")
        #expect(mode("link") & S_IFMT == S_IFLNK)
        #expect(try PosixFileSystem().list(folder.path).sorted() == ["link", "x", "y"])
    }

    @Test func aLinkThatLeadsToNoFileIsNotReplaced() async throws {
        let link = "\(folder.path)/link"
        try #require(symlink("nowhere", link) == 0)
        let failure = await failure { try await runNode("files.write", ["path": "link", "content": ""], in: folder) }
        #expect(failure?.message == "can't write \"\(link)\": it is a link that leads to no file")
        #expect(failure?.hint == "name the file itself, or delete the link")
        #expect(mode("link") & S_IFMT == S_IFLNK)
    }

    @Test func aNameAsLongAsItMayBe() async throws {
        let name = String(repeating: "n", count: 255)
        _ = try await runNode("files.write", ["path": .string(name), "content": "x"], in: folder)
        #expect(try PosixFileSystem().list(folder.path) == [name])
    }

    /// Nobody has the other end of the pipe.
    @Test(arguments: ["files.read", "files.write"]) func whoWaitsForAPipeCanBeStopped(name: String) async throws {
        try #require(mkfifo("\(folder.path)/pipe", 0o600) == 0)
        let task = Task { [folder] in
            try await runNode(
                name, name == "files.read" ? ["path": "pipe"] : ["path": "pipe", "content": "x", "append": true],
                in: folder)
        }
        task.cancel()
        #expect(await failure { try await task.value }?.kind == .cancelled)
    }

    @Test func aPipeIsReadAndWrittenOnceItsOtherEndIsThere() async throws {
        try #require(mkfifo("\(folder.path)/pipe", 0o600) == 0)
        // More than a pipe holds.
        let text = String(repeating: "line of text\n", count: 20_000)
        async let written = runNode(
            "files.write", ["path": "pipe", "content": .string(text), "append": true], in: folder)
        let read = try await runNode("files.read", ["path": "pipe"], in: folder)
        _ = try await written
        #expect(read == .string(text))
    }

    @Test func aPipeIsNoFileToCopyOrToReadInPieces() async throws {
        try #require(mkfifo("\(folder.path)/pipe", 0o600) == 0)
        let copy = await failure { try await runNode("files.copy", ["from": "pipe", "to": "b"], in: folder) }
        #expect(copy?.message == "can't copy \"\(folder.path)/pipe\": it is no regular file")
        let pieces = await failure {
            try PosixFileSystem().read("\(folder.path)/pipe", from: 0, count: 10)
        }
        #expect(pieces?.message == "can't read \"\(folder.path)/pipe\": a pipe can't be read piece by piece")
        #expect(pieces?.hint == "write what comes from it to a file first")
    }

    @Test func aFolderCantBeMovedIntoItself() async throws {
        try PosixFileSystem().createFolder("\(folder.path)/d")
        let failure = await failure { try await runNode("files.move", ["from": "d", "to": "d/e"], in: folder) }
        #expect(
            failure?.message
                == "can't move \"\(folder.path)/d\" to \"\(folder.path)/d/e\": that is inside of it")
        #expect(failure?.hint == "name a place outside of it")
    }

    /// Whoever writes to `/dev/null` must not put a file in its place.
    @Test func aPipeIsNotReplaced() async throws {
        let pipe = "\(folder.path)/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        try folder.write("x", to: "x")
        let message = "can't write \"\(pipe)\": it is no regular file"
        for (node, parameters) in [
            ("files.write", ["path": "pipe", "content": ""]), ("files.copy", ["from": "x", "to": "pipe"]),
            ("files.move", ["from": "x", "to": "pipe"]),
        ] as [(String, KeyValuePairs<String, Value>)] {
            let failure = await failure { try await runNode(node, parameters, in: folder) }
            #expect(failure?.message == message, "\(node)")
        }
        let copying = await failure { try await runNode("files.copy", ["from": "pipe", "to": "y"], in: folder) }
        #expect(copying != nil)
        var information = stat()
        #expect(stat(pipe, &information) == 0 && information.st_mode & S_IFMT == S_IFIFO)
        #expect(try folder.read("x") == "x")
    }

    @Test func aLargeFileIsRefused() async throws {
        try folder.write("12345", to: "big")
        let failure = await failure { try await runNode("files.read", ["path": "big", "max_bytes": 4], in: folder) }
        #expect(failure?.message == "\"\(folder.path)/big\" has more than 4 bytes")
    }

    @Test func bytesAreNoText() async throws {
        try PosixFileSystem().write([0xFF, 0xFE], to: "\(folder.path)/b", mode: 0o644)
        let failure = await failure { try await runNode("files.read", ["path": "b"], in: folder) }
        #expect(failure?.message == "\"\(folder.path)/b\" is not UTF-8 text")
        #expect(failure?.hint == "read it as: bytes")
    }

    @Test func expressionsSeeTheFilesOfTheirFolder() async throws {
        try folder.write("one", to: "a.lock")
        try folder.write("two", to: "b.lock")
        try folder.write("three", to: "notes.txt")
        let view = FolderView(folder.path, in: PosixFileSystem())
        #expect(try view.paths(matching: "*.lock") == ["\(folder.path)/a.lock", "\(folder.path)/b.lock"])
        #expect(try view.paths(matching: "./**/none") == [])
        #expect(try view.read("\(folder.path)/b.lock") == Array("two".utf8))
        for pattern in ["../*", "/etc/*", "a/../../b"] {
            let failure = #expect(throws: Failure.self) { _ = try view.paths(matching: pattern) }
            #expect(failure?.message == "the pattern \"\(pattern)\" leaves the working folder")
        }
        let hashed = try await runNode("data.transform", ["fields": ["h": "hashFiles('*.lock', '!b*')"]], in: folder)
        let alone = try await runNode("data.transform", ["fields": ["h": "hashFiles('a.lock')"]], in: folder)
        #expect(hashed == alone)
    }

    @Test func aSearchThroughTooManyFilesIsRefused() throws {
        for name in ["a", "b", "c"] { try folder.write("", to: name) }
        let failure = #expect(throws: Failure.self) {
            _ = try PosixFileSystem().files(matching: Glob("*"), below: folder.path, limit: 2)
        }
        #expect(failure?.message == "there are more than 2 files in \"\(folder.path)\"")
        #expect(try PosixFileSystem().files(matching: Glob("*"), below: folder.path, limit: 3).count == 3)
    }

    @Test func aFullDiskIsSaid() {
        #expect(throws: (any Error).self) { try PosixFileSystem().append([1], to: "/dev/full") }
        do {
            try PosixFileSystem().append([1], to: "/dev/full")
        } catch {
            let failure = Failure(error)
            #expect(failure.message == "can't write \"/dev/full\": the disk is full")
            #expect(failure.hint == "free some space, then resume")
        }
    }

    @Test func filesAreListedByPattern() async throws {
        for name in ["a.csv", "b.txt", ".hidden.csv"] { try folder.write("", to: name) }
        try PosixFileSystem().createFolder("\(folder.path)/sub/deep")
        try folder.write("", to: "sub/c.csv")
        try folder.write("", to: "sub/deep/d.csv")
        #expect(try await list("*") == ["a.csv", "b.txt"])
        #expect(try await list("*.csv") == ["a.csv"])
        #expect(try await list("[ab].*") == ["a.csv", "b.txt"])
        #expect(try await list("sub/?.csv") == ["sub/c.csv"])
        #expect(try await list("**/*.csv") == ["a.csv", "sub/c.csv", "sub/deep/d.csv"])
        #expect(try await list(".*") == [".hidden.csv"])
    }

    private func list(_ pattern: String) async throws -> [String] {
        let output = try await runNode("files.list", ["pattern": .string(pattern)], in: folder)
        return (output.listValue ?? []).compactMap { item in
            guard case .file(let file) = item else { return nil }
            return String(file.path.dropFirst(folder.path.count + 1))
        }
    }

    @Test func filesAreCopiedMovedAndDeleted() async throws {
        try folder.write("x", to: "a")
        _ = try await runNode("files.copy", ["from": "a", "to": "kept/"], in: folder)
        _ = try await runNode("files.move", ["from": "a", "to": "b"], in: folder)
        #expect(try folder.read("kept/a") == "x")
        #expect(try folder.read("b") == "x")
        #expect(try await runNode("files.delete", ["path": "b"], in: folder) == true)
        #expect(try await runNode("files.delete", ["path": "b", "missing_ok": true], in: folder) == false)
        #expect(try PosixFileSystem().list(folder.path) == ["kept"])
    }

    @Test func aFullFolderNeedsTheWord() async throws {
        try PosixFileSystem().createFolder("\(folder.path)/d")
        try folder.write("", to: "d/f")
        let failure = await failure { try await runNode("files.delete", ["path": "d"], in: folder) }
        #expect(failure?.message == "can't delete \"\(folder.path)/d\": the folder is not empty")
        #expect(failure?.hint == "set recursive: true to delete all it holds")
        #expect(try await runNode("files.delete", ["path": "d", "recursive": true], in: folder) == true)
    }

    @Test(arguments: ["/", "."]) func theRootAndTheWorkingFolderStay(path: String) async throws {
        let failure = await failure {
            try await runNode("files.delete", ["path": .string(path), "recursive": true], in: folder)
        }
        #expect(failure?.message.hasSuffix("folder and is not deleted") == true)
    }

    /// `link` leads to `real`; `path` is seen from the working folder.
    @Test(
        arguments: [
            ("work", ".", false), ("work", "..", false), ("work", "../../outer", false), ("work", "../work", false),
            ("work", "../real", true), ("work", "../link", true),
            ("link/below", "..", false), ("link/below", "../..", false), ("link/below", "../../real", false),
            ("link/below", "../../work", true),
        ])
    func noFolderAroundTheWorkingFolderIsDeleted(working: String, path: String, isDeleted: Bool) async throws {
        let files = PosixFileSystem()
        for name in ["work", "real/below"] { try files.createFolder("\(folder.path)/outer/\(name)") }
        #expect(symlink("real", "\(folder.path)/outer/link") == 0)
        let node = try #require(NativeNodes().node(named: "files.delete"))
        let arguments = try node.spec.bind(ValueMap([("path", .string(path)), ("recursive", true)]))
        let world = World(
            http: UnexpectedUse(), files: files, clock: ManualClock(), processes: UnexpectedUse(),
            random: SeededRandom())
        let place = "\(folder.path)/outer/\(working)"
        let context = NodeContext(world: world, workingDirectory: place)
        let failure = await failure { try await node.run(arguments, in: context) }
        #expect((failure == nil) == isDeleted)
        #expect((try files.info(NodeContext.absolute(path, from: place)) == nil) == isDeleted)
        guard !isDeleted else { return }
        let what = path == "." || path == "../work" ? "is the working folder" : "has the working folder in it"
        #expect(failure?.message.hasSuffix("\" \(what) and is not deleted") == true)
        #expect(failure?.hint == "name what to delete inside the working folder")
    }

    @Test func aFolderGoesWithNamesThatAreNoText() async throws {
        try PosixFileSystem().createFolder("\(folder.path)/d/inner/deep")
        try folder.write("x", to: "kept")
        #expect(symlink("\(folder.path)/kept", "\(folder.path)/d/inner/link") == 0)
        #expect(symlink("\(folder.path)", "\(folder.path)/d/inner/up") == 0)
        for name in ["d/a\u{1}", "d/inner/b\u{1}", "d/inner/deep/c\u{1}"] {
            try makeFile("\(folder.path)/\(name)", withByte: 0xFF, for: 1)
        }
        #expect(try await runNode("files.delete", ["path": "d", "recursive": true], in: folder) == true)
        #expect(try PosixFileSystem().list(folder.path) == ["kept"])
    }

    /// Deeper than a process may have files open.
    @Test func aDeepFolderIsDeleted() async throws {
        let depth = 1500
        try PosixFileSystem().createFolder(folder.path + "/d" + String(repeating: "/x", count: depth))
        #expect(try await runNode("files.delete", ["path": "d", "recursive": true], in: folder) == true)
        #expect(try PosixFileSystem().list(folder.path) == [])
    }

    @Test func aNameThatIsNoTextIsSaidWhereItWouldBeListed() async throws {
        try PosixFileSystem().createFolder("\(folder.path)/d")
        try folder.write("x", to: "d/a.csv")
        try makeFile("\(folder.path)/d/caf\u{1}.txt", withByte: 0xE9, for: 1)
        let all = await failure { try await runNode("files.list", ["path": "d"], in: folder) }
        #expect(all?.kind == .invalid)
        #expect(
            all?.message == "the name \"\(folder.path)/d/caf\u{FFFD}.txt\" is not UTF-8, so that no step can use it")
        #expect(all?.hint == "rename it; \"ls -b\" shows how it is stored")
        let some = try await runNode("files.list", ["path": ".", "pattern": "**/*.csv"], in: folder)
        #expect(some.listValue?.count == 1)
    }

    private func makeFile(_ path: String, withByte byte: UInt8, for placeholder: UInt8) throws {
        let name = path.utf8.map { CChar(bitPattern: $0 == placeholder ? byte : $0) } + [0]
        let descriptor = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        try #require(descriptor >= 0)
        close(descriptor)
    }

    @Test func expressionsHashFilesWhoseNamesLookTheSame() async throws {
        try folder.write("composed", to: "\u{E9}.lock")
        let one = try await runNode("data.transform", ["fields": ["h": "hashFiles('*.lock')"]], in: folder)
        try folder.write("decomposed", to: "e\u{301}.lock")
        #expect(try await runNode("data.transform", ["fields": ["h": "hashFiles('*.lock')"]], in: folder) != one)
    }

    @Test func aFailedCopyLeavesTheOldContent() async throws {
        try folder.write("old", to: "target")
        let failure = await failure { try await runNode("files.copy", ["from": "none", "to": "target"], in: folder) }
        #expect(failure?.message == "can't copy \"\(folder.path)/none\": there is no such file or folder")
        #expect(try folder.read("target") == "old")
    }

    // MARK: Cut off

    @Test func onlyAnAppendIsNotRepeated() throws {
        let node = try #require(NativeNodes().node(named: "files.write"))
        func effect(_ append: Value) throws -> Effect {
            node.effect(of: try node.spec.bind(ValueMap([("path", "l"), ("content", "x"), ("append", append)])))
        }
        #expect(try effect(true) == .write)
        #expect(try effect(false) == .idempotent)
    }

    @Test func whatIsDeletedAlreadyIsMissedOnlyByTheFirstWho() async throws {
        let first = await failure { try await runNode("files.delete", ["path": "none"], in: folder) }
        #expect(first?.message == "can't delete \"\(folder.path)/none\": there is no such file or folder")
        #expect(try await runNode("files.delete", ["path": "none"], in: folder, mayBeDone: true) == true)
        #expect(
            try await runNode("files.delete", ["path": "none", "missing_ok": true], in: folder, mayBeDone: true)
                == false)
    }

    @Test func whatAKilledWriteHasLeftGoesWithTheNext() async throws {
        for name in ["n.flowctl-new", "n.flowctl-new-2", "n.flowctl-new-7"] { try folder.write("half", to: name) }
        _ = try await runNode("files.write", ["path": "n", "content": "whole"], in: folder)
        let names = try PosixFileSystem().list(folder.path)
        #expect(names == ["n"])
        #expect(try folder.read("n") == "whole")
    }

    @Test func aWriteThatIsUnderWayIsLeftAlone() async throws {
        let other = open("\(folder.path)/n.flowctl-new", O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        defer { close(other) }
        #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
        for _ in 0..<3 { _ = try await runNode("files.write", ["path": "n", "content": "mine"], in: folder) }
        #expect(try PosixFileSystem().list(folder.path) == ["n", "n.flowctl-new"])
        #expect(try folder.read("n") == "mine")
    }

    @Test func whatOnlyLooksLikeADraftStays() async throws {
        try folder.write("kept", to: "kept")
        #expect(symlink("kept", "\(folder.path)/n.flowctl-new") == 0)
        #expect(link("\(folder.path)/kept", "\(folder.path)/n.flowctl-new-2") == 0)
        #expect(mkfifo("\(folder.path)/n.flowctl-new-3", 0o600) == 0)
        _ = try await runNode("files.write", ["path": "n", "content": "new"], in: folder)
        #expect(try PosixFileSystem().list(folder.path).count == 5)
        #expect(try folder.read("kept") == "kept")
    }

    @Test func filesThatManyWriteAtOnceAreWhole() async throws {
        let path = "\(folder.path)/n"
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                group.addTask {
                    let bytes = [UInt8](repeating: UInt8(0x30 + number), count: 100_000)
                    for _ in 0..<5 { try PosixFileSystem().write(bytes, to: path, mode: 0o644) }
                }
            }
            try await group.waitForAll()
        }
        let found = try PosixFileSystem().read(path, limit: 1 << 20)
        #expect(found.count == 100_000)
        #expect(Set(found).count == 1)
        #expect(try PosixFileSystem().list(folder.path) == ["n"])
    }
}
