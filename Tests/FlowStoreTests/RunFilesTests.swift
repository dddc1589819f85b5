import FlowCore
import FlowTestKit
import Glibc
import Testing

@testable import FlowStore

@Suite("Files of runs")
struct RunFilesTests {
    static let text = String(repeating: "x", count: 100_000)
    static let large = StoredValue(bytes: JSON.bytes(.string(text)))

    @Test func largeValueLiesInAPrivateFileNamedByItsDigest() async throws {
        let bench = StoreBench()
        let run = try await bench.run(output: Self.large)
        let names = bench.fileNames
        let name = "55bb3c98333f4f20aa23ec49458f604541b9b5413cdf3b90ad17ceae5653b036"
        #expect(names == [name])
        #expect(TemporaryFolder.mode(of: bench.files.folder) == 0o700)
        #expect(TemporaryFolder.mode(of: bench.files.path(of: name)) == 0o600)
        #expect(bench.read(name) == Self.large.bytes)
        let text = try bench.query("SELECT output FROM steps")[0][0].stringValue
        #expect(text == #"{"$large":{"name":"\#(name)","size":100002}}"#)
        #expect(try bench.output(of: run) == .string(Self.text))
    }

    @Test func folderBehindALinkIsRefusedWhereOthersCanReadIt() async throws {
        let bench = StoreBench()
        let other = bench.path("other")
        try PrivateFile.createFolder(other)
        #expect(chmod(other, 0o755) == 0)
        #expect(symlink(other, bench.files.folder) == 0)
        let failure = await #expect(throws: Failure.self) { try await bench.run(output: Self.large) }
        #expect(failure?.hint == "run: chmod 700 \(bench.files.folder)")
        #expect(TemporaryFolder.mode(of: other) == 0o755)
        #expect(chmod(other, 0o700) == 0)
        _ = try await bench.run(output: Self.large)
        #expect(bench.fileNames.count == 1)
    }

    @Test func equalValuesOfSeveralRunsAreThereOnce() async throws {
        let bench = StoreBench()
        for _ in 0..<3 { _ = try await bench.run(output: Self.large) }
        #expect(bench.fileNames.count == 1)
        #expect(try bench.query("SELECT count(*) FROM files")[0][0] == 3)
    }

    @Test func smallValueStaysInItsRow() async throws {
        let bench = StoreBench()
        _ = try await bench.run(output: StoredValue(bytes: JSON.bytes("small")))
        #expect(bench.fileNames.isEmpty)
        #expect(!PrivateFile.exists(bench.files.folder))
    }

    @Test func mapThatLooksLikeAReferenceIsAValue() async throws {
        let bench = StoreBench()
        let value: Value = ["$large": ["name": .string(String(repeating: "a", count: 64)), "size": 1]]
        let run = try await bench.run(output: try StoredValue(value, sealing: nil, context: ""))
        #expect(try bench.output(of: run) == value)
    }

    @Test func largeInputsLieInAFileToo() async throws {
        let bench = StoreBench()
        let (run, _) = try await bench.store().begin(at: StoreBench.time, random: bench.random) { _ in
            RunSnapshot(workflow: "w", file: "w.yaml", source: [], inputs: Self.large)
        }
        let history = try bench.history()
        let inputs = try history.stored(history.run(named: run.id.text)).snapshot.inputs
        #expect(try inputs.value(sealing: nil, context: "") == .string(Self.text))
        #expect(bench.fileNames.count == 1)
    }

    @Test func missingFileIsToldWithStepAndRun() async throws {
        let bench = StoreBench()
        let run = try await bench.run(output: Self.large)
        let path = bench.files.path(of: bench.fileNames[0])
        unlink(path)
        #expect(try bench.history().steps(of: bench.history().run(named: run.text)).count == 1)
        #expect {
            try bench.output(of: run)
        } throws: {
            ($0 as? Failure)?.description
                == "the output of step \"a\" of run \(run) is missing: there is no file \"\(path)\" "
                + "(restore the file from a backup, or start a new run)"
        }
    }

    @Test(arguments: ["cut", "changed", "grown"])
    func damagedFileIsTold(_ damage: String) async throws {
        let bench = StoreBench()
        let run = try await bench.run(output: Self.large)
        let path = bench.files.path(of: bench.fileNames[0])
        let descriptor = open(path, O_WRONLY)
        switch damage {
        case "cut": ftruncate(descriptor, 50)
        case "changed": pwrite(descriptor, "y", 1, 9)
        default: pwrite(descriptor, "y", 1, 100_002)
        }
        close(descriptor)
        #expect {
            try bench.output(of: run)
        } throws: {
            ($0 as? Failure)?.message
                == "the output of step \"a\" of run \(run) is damaged: the file \"\(path)\" is not as it was written"
        }
    }

    @Test func fileOfANodeBecomesTheRunsOwn() async throws {
        let bench = StoreBench()
        let (run, journal) = try await bench.begin()
        let path = try bench.leave("photo.jpg", "content", in: run.id)
        let file = try await journal.keep(FileReference(path: path, size: 7, mediaType: "image/jpeg"))
        let digest = "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"
        #expect(file.path == "\(bench.files.folder)/\(digest).jpg")
        #expect(file.name == "photo.jpg")
        #expect(file.sha256 == digest)
        #expect(file.mediaType == "image/jpeg")
        #expect(TemporaryFolder.mode(of: file.path) == 0o600)
        #expect(!PrivateFile.exists(path))
        await journal.close()
        #expect(bench.fileNames == ["\(digest).jpg"])
    }

    @Test func runThatPassesOnAFileHoldsIt() async throws {
        let bench = StoreBench()
        let (first, journal) = try await bench.begin()
        let file = try await journal.keep(
            FileReference(path: try bench.leave("a.txt", "content", in: first.id), size: 7))
        await journal.close()
        let value = try StoredValue(["here": .file(file)], sealing: nil, context: "")
        _ = try await bench.run(output: value)
        #expect(try bench.query("SELECT run FROM files ORDER BY run").map { $0[0] } == [1, 2])
    }

    @Test func fileThatANodeOnlyPromisedIsTold() async throws {
        let bench = StoreBench()
        let (run, journal) = try await bench.begin()
        let path = "\(bench.files.folder(of: run.id))/k/a.txt"
        await #expect {
            try await journal.keep(FileReference(path: path, size: 7))
        } throws: {
            ($0 as? Failure)?.message == "there is no file \"\(path)\", which a step gave as its output"
        }
        try await journal.commit([], synced: false)
    }

    @Test(arguments: [
        "", "..", "../x", "a", String(repeating: "g", count: 64), String(repeating: "a", count: 64) + "/x",
        String(repeating: "a", count: 64) + ".", String(repeating: "a", count: 64) + "./..",
        String(repeating: "a", count: 64) + ".tar.gz", String(repeating: "A", count: 64),
    ])
    func namesThatAreNone(_ name: String) { #expect(!RunFiles.isName(name)) }

    @Test(arguments: [
        ("photo.JPG", ".JPG"), ("archive.tar.gz", ".gz"), (".bashrc", ""), ("a.", ""), ("a.b/c", ""),
        ("x.é", ""), ("x.aVeryLongEndingIndeed", ""),
    ])
    func endingOfAName(_ path: String, _ ending: String) {
        #expect(RunFiles.name(digest: "d", like: path) == "d" + ending)
    }
}
