import FlowCore
import FlowTestKit
import Glibc
import Testing

@testable import FlowStore

@Suite("Exported runs")
struct ArchiveTests {
    static let time = StoreBench.time

    /// A run with all that a run may have.
    private func makeRun(_ bench: StoreBench) async throws -> StoredRun {
        let (run, journal) = try await bench.store().begin(at: Self.time, random: bench.random) { id throws(Failure) in
            RunSnapshot(
                workflow: "digest", labels: ["team": "ops", "by": "tok-12345678"], file: "digest.yaml",
                source: Array("name: digest\n".utf8),
                inputs: try StoredValue(
                    ["token": .secret("hunter2-hunter2"), "n": .uint(7)], sealing: NoSealing(), context: id.text),
                workingDirectory: "/work", baseURL: "http://localhost", version: "0.1.0")
        }
        let file = try await journal.keep(
            FileReference(path: try bench.leave("photo.jpg", "content", in: run.id), size: 7))
        let output = try StoredValue(
            ["photo": .file(file), "$odd": 1, "at": .timestamp(Self.time)], sealing: nil, context: run.id.text)
        let failure = Failure(.conflict, "no", hint: "try", code: "c")
        try await journal.commit(
            [
                .stepStarted(path: "a", node: "test.n", at: Self.time),
                .resolved(path: "a", item: nil, StoredValue(bytes: Array("[1,2]".utf8))),
                .checkpoint(
                    path: "a", item: nil, name: JournalRecord.pageName(1), StoredValue(bytes: Array("[1]".utf8))),
                .checkpoint(path: "a", item: nil, name: JournalRecord.pageName(2), RunFilesTests.large),
                .attemptStarted(
                    AttemptID(path: "a", number: 1), AttemptIntent(effect: .write, key: "k", startedAt: Self.time)),
                .attemptEnded(
                    AttemptID(path: "a", number: 1), AttemptEnd(status: .failed, failure: failure, endedAt: Self.time)),
                .itemEnded(
                    path: "a", index: 0, key: "one",
                    StepEnd(status: .succeeded, output: RunFilesTests.large, attempts: 1, endedAt: Self.time)),
                .attemptStarted(
                    AttemptID(path: "a", item: 0, number: 1), AttemptIntent(effect: .read, startedAt: Self.time)),
                .attemptEnded(
                    AttemptID(path: "a", item: 0, number: 1), AttemptEnd(status: .succeeded, endedAt: Self.time)),
                .attemptStarted(
                    AttemptID(path: "a", item: 1, number: 1), AttemptIntent(effect: .read, startedAt: Self.time)),
                .stepEnded(
                    path: "a",
                    StepEnd(status: .failed, failure: failure, attempts: 1, endedAt: Self.time, isHandled: true)),
                .stepEnded(path: "b", StepEnd(status: .skipped, attempts: 0, endedAt: Self.time, note: "why not")),
                .stepStarted(path: "c", node: "test.n", at: Self.time),
                .stepEnded(path: "c", StepEnd(status: .succeeded, output: output, attempts: 1, endedAt: Self.time)),
                .log(LogLine(path: "a", item: 0, at: Self.time, level: "info", message: "hello tok-12345678")),
                .runEnded(RunEnd(status: .failed, failure: failure, failedStep: "a", endedAt: Self.time)),
            ], synced: false)
        await journal.close()
        return run
    }

    private func export(_ bench: StoreBench, _ run: RunID, to target: RunExport.Target) throws -> RunExport.Report {
        let history = try bench.history()
        let masker = Masker()
        masker.add("tok-12345678")
        return try RunExport(history, history.run(named: run.text), masker: masker, version: "0.1.0").write(to: target)
    }

    @Test func calledWorkflowsTravelAlong() async throws {
        let (from, to) = (StoreBench(), StoreBench())
        let (run, journal) = try await from.store().begin(at: Self.time, random: from.random) { _ in
            RunSnapshot(
                workflow: "w", file: "w.yaml", source: Array("name: w\n".utf8),
                calledFiles: ["sub.yaml": Array("name: sub\n".utf8)])
        }
        let call = StoredCall(
            path: "a", workflow: "sub", file: "sub.yaml", startedAt: Self.time,
            inputs: StoredValue(bytes: Array(#"{"n":1}"#.utf8)), vars: .null)
        let end = RunEnd(
            status: .succeeded, outputs: StoredValue(bytes: Array(#"{"done":true}"#.utf8)), endedAt: Self.time)
        try await journal.commit(
            [
                .stepStarted(path: "a", node: "./sub.yaml", at: Self.time), .callStarted(call),
                .stepStarted(path: "a/b", node: "test.n", at: Self.time), .callEnded(path: "a", end),
                .runEnded(RunEnd(status: .succeeded, endedAt: Self.time)),
            ], synced: false)
        await journal.close()
        let path = from.path("archive.jsonl")
        _ = try export(from, run.id, to: .file(path))

        _ = try RunImport(path, into: to.database).read()
        let history = try to.history()
        let part = try history.run(named: "\(run.id)/a")
        #expect(part.status == .succeeded && part.workflow == "sub" && part.isImported)
        let snapshot = try history.stored(part).snapshot
        #expect(String(decoding: snapshot.source, as: UTF8.self) == "name: sub\n")
        #expect(try snapshot.inputs.value(sealing: nil, context: "") == ["n": 1])
        #expect(try history.outputs(of: part)?.value(sealing: nil, context: "") == ["done": true])
        #expect(try history.steps(of: part).map(\.path) == ["b"])
        let whole = RunExport(history, part, masker: Masker(), version: "0.1.0")
        let failure = #expect(throws: Failure.self) { try whole.write(to: .file(to.path("part.jsonl"))) }
        #expect(failure?.message == "\(run.id)/a is a part of run \(run.id)")
        #expect(failure?.hint == "name the run: \(run.id)")
        #expect(throws: Failure.self) { try RunRemoval.open(to.database).delete(part) }
        #expect(try history.runs().map(\.id) == [run.id])
    }

    @Test(arguments: [true, false])
    func runTravelsWhole(asFolder: Bool) async throws {
        let (from, to) = (StoreBench(), StoreBench())
        let run = try await makeRun(from)
        let path = from.path(asFolder ? "archive" : "archive.jsonl")
        let report = try export(from, run.id, to: asFolder ? .folder(path) : .file(path))
        #expect(report.files == 1)
        #expect(report.problems.isEmpty)

        let imported = try RunImport(path, into: to.database).read()
        #expect(imported.isImported)
        #expect(imported.id == run.id)
        #expect(imported.status == .failed)
        #expect(imported.labels == ["team": "ops", "by": "***"])
        #expect(try to.history().runs(labels: ["team": "ops"]).map(\.id) == [run.id])
        #expect(imported.failedStep == "a")
        #expect(imported.failure == Failure(.conflict, "no", hint: "try", code: "c"))
        let history = try to.history()
        let stored = try history.stored(imported)
        #expect(String(decoding: stored.snapshot.source, as: UTF8.self) == "name: digest\n")
        #expect(stored.snapshot.workingDirectory == "/work")
        #expect(try stored.snapshot.inputs.value(sealing: nil, context: "") == ["token": "***", "n": .uint(7)])
        let steps = try history.steps(of: imported)
        #expect(steps.map(\.path) == ["a", "b", "c"])
        #expect(steps[0].isHandled)
        #expect(try steps[0].resolved?.value(sealing: nil, context: "") == [1, 2])
        let pages = try history.pages(of: "a", in: imported).map { try $0.value(sealing: nil, context: "") }
        #expect(pages == [[1], .string(RunFilesTests.text)])
        #expect(steps[1].note == "why not")
        #expect(steps[1].startedAt == nil)
        let attempt = try #require(try history.attempts(of: "a", in: imported).first)
        #expect(attempt.intent.key == "k")
        #expect(attempt.end?.failure?.message == "no")
        let items = try history.items(of: "a", in: imported)
        #expect(items.map(\.key) == ["one"])
        #expect(try items[0].output?.value(sealing: nil, context: "") == .string(RunFilesTests.text))
        #expect(try history.attempts(of: "a", item: 0, in: imported).count == 1)
        #expect(try history.attempts(of: "a", item: 1, in: imported).map { $0.end == nil } == [true])
        #expect(try history.logs(of: imported).map(\.message) == ["hello ***"])

        let output = try steps[2].output?.value(sealing: nil, context: "")
        let file = try #require(output?["photo"]?.files.first)
        #expect(file.path.hasPrefix(to.files.folder + "/"))
        #expect(to.read(String(file.path.dropFirst(to.files.folder.count + 1))) == Array("content".utf8))
        #expect(output?["$odd"] == 1)
        #expect(output?["at"] == .timestamp(Self.time))
    }

    @Test func secretsStayBehind() async throws {
        let bench = StoreBench()
        let run = try await makeRun(bench)
        let path = bench.path("archive.jsonl")
        _ = try export(bench, run.id, to: .file(path))
        let text = try Folder.read(path)
        for secret in ["hunter2", "$secret", Base64.encode(Array("\"hunter2-hunter2\"".utf8)), "tok-12345678"] {
            #expect(!text.contains(secret), "\(secret)")
        }
        #expect(TemporaryFolder.mode(of: path) == 0o600)
    }

    @Test func importedRunCannotBeResumedAndGoesLikeOneThatIsOver() async throws {
        let bench = StoreBench()
        let run = try await makeRun(bench)
        _ = try export(bench, run.id, to: .folder(bench.path("archive")))
        let removal = try RunRemoval.open(bench.database)
        _ = try removal.delete(bench.history().run(named: run.id.text))
        let imported = try RunImport(bench.path("archive"), into: bench.database).read()
        await #expect {
            try await bench.store().resume(run.id.text)
        } throws: {
            ($0 as? Failure)?.message
                == "run \(run.id) was imported and can't be resumed: its secrets stayed where it ran"
        }
        #expect(try removal.matches(of: PruneRule()) == [imported])
    }

    @Test func whatIsThereAlreadyIsNotOverwritten() async throws {
        let bench = StoreBench()
        let run = try await makeRun(bench)
        let path = bench.path("archive")
        _ = try export(bench, run.id, to: .folder(path))
        #expect {
            try export(bench, run.id, to: .folder(path))
        } throws: {
            ($0 as? Failure)?.description == "there is something at \"\(path)\" already (name another place with --to)"
        }
        #expect {
            try RunImport(path, into: bench.database).read()
        } throws: {
            ($0 as? Failure)?.message == "run \(run.id) is in the history already"
        }
        #expect(try bench.history().runs().count == 1)
    }

    @Test func lostValueIsToldAndLeftOut() async throws {
        let (from, to) = (StoreBench(), StoreBench())
        let run = try await from.run(output: RunFilesTests.large)
        let lost = from.files.path(of: from.fileNames[0])
        unlink(lost)
        let report = try export(from, run, to: .file(from.path("a.jsonl")))
        #expect(
            report.problems == ["the output of step \"a\" of run \(run) is missing: there is no file \"\(lost)\""])
        let imported = try RunImport(from.path("a.jsonl"), into: to.database).read()
        #expect(try to.history().steps(of: imported)[0].output == nil)
    }

    @Test(arguments: [true, false])
    func nothingIsLeftOfAnExportThatFails(asFolder: Bool) async throws {
        let bench = StoreBench()
        let run = try await makeRun(bench)
        let photo = bench.files.path(of: try #require(bench.fileNames.first { $0.hasSuffix(".jpg") }))
        unlink(photo)
        mkdir(photo, 0o700)
        let path = bench.path("archive")
        #expect {
            try export(bench, run.id, to: asFolder ? .folder(path) : .file(path))
        } throws: {
            ($0 as? Failure)?.message == "could not read \"\(photo)\" (is a directory)"
        }
        #expect(!PrivateFile.exists(path))
    }

    @Test func runThatWasOnWhenItWasExportedIsInterrupted() throws {
        let bench = StoreBench()
        let run = Self.run.replacing("failed", with: "running")
        #expect(try message([Self.head, run, Self.snapshot, #"{"end":{"lines":4}}"#], bench) == "imported")
        #expect(try bench.history().runs(status: .interrupted).map(\.isImported) == [true])
        #expect(try RunRemoval.open(bench.database).matches(of: PruneRule(statuses: [.interrupted])).count == 1)
    }

    // MARK: Archives that are none

    private static let head = #"{"format":"flowctl-run","version":1,"flowctl":"0.1.0"}"#
    private static let run =
        #"{"run":{"id":"0000000000","workflow":"w","file":"w","trigger":"manual","status":"failed","attempt":1,"started_at":"2026-01-01T00:00:00Z"}}"#
    private static let snapshot = #"{"snapshot":{"source":"name: w","working_directory":"/","flowctl":"0.1.0"}}"#
    private static let step =
        #"{"step":{"path":"a","status":"succeeded","started_at":"2026-01-01T00:00:00Z","ended_at":"2026-01-01T00:00:00Z","attempts":1,"output":OUTPUT}}"#
    private static let digest = "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"

    private func message(_ lines: [String], _ bench: StoreBench = StoreBench()) throws -> String {
        let path = bench.path("archive.jsonl")
        try TemporaryFolder.write(lines.map { $0 + "\n" }.joined(), to: path)
        do throws(Failure) {
            _ = try RunImport(path, into: bench.database).read()
        } catch {
            // Nothing of it is left.
            #expect(try bench.history().runs().isEmpty)
            #expect(bench.fileNames.isEmpty)
            return error.message.split(separator: path).joined(separator: "PATH")
        }
        return "imported"
    }

    private func message(after lines: [String]) throws -> String {
        try message([Self.head, Self.run, Self.snapshot] + lines)
    }

    @Test func whatIsNoArchiveIsTold() throws {
        let none = "\"PATH\" is no archive of a run"
        #expect(try message([]) == "\(none): the archive ends before its last line")
        #expect(try message(["hello"]).hasPrefix("\(none): this is not JSON: "))
        #expect(try message(["[1]"]) == "\(none): this is no object that says what it is")
        #expect(try message([#"{"a":1}"#]) == none)
        #expect(
            try message([#"{"format":"flowctl-run","version":2}"#])
                == "\"PATH\" is an archive of version 2; this flowctl reads version 1")
    }

    @Test func damagedArchiveIsToldWithItsLine() throws {
        #expect(try message([Self.head]) == "\"PATH\", line 2: the archive ends before its last line")
        #expect(try message([Self.head, Self.snapshot]) == "\"PATH\", line 2: there is no \"run\" here")
        #expect(try message(after: []) == "\"PATH\", line 4: the archive ends before its last line")
        #expect(try message(after: [#"{"what":1}"#]) == "\"PATH\", line 4: \"what\" is no line of an archive")
        #expect(
            try message(after: [#"{"end":{"lines":9}}"#]) == "\"PATH\", line 4: lines are missing before the last one")
        #expect(
            try message(after: [#"{"end":{"lines":4}}"#, "more"])
                == "\"PATH\", line 4: there is something after the last line")
        #expect(try message(after: [#"{"end":{"lines":4}}"#]) == "imported")
        #expect(
            try message(after: [#"{"step":{"path":"a","status":"flying"}}"#])
                == "\"PATH\", line 4: \"status\" of the step is not how it stands")
        #expect(
            try message(after: [#"{"item":{"step":"a","index":0}}"#])
                == "\"PATH\", line 4: the step \"a\" has no line before this one")
        #expect(
            try message(after: [Self.step.replacing("OUTPUT", with: #"{"$uint":"x"}"#)])
                == "\"PATH\", line 4: \"output\" of the step is not a value")
        #expect(
            try message([Self.head, Self.run.replacing("0000000000", with: "../../etc/x"), Self.snapshot])
                == "\"PATH\", line 3: \"../../etc/x\" is no id of a run")
    }

    @Test func countsThatNoRunHasAreRefused() throws {
        let step = Self.step.replacing("OUTPUT", with: "1")
        func item(_ index: String) -> String {
            #"{"item":{"step":"a","index":\#(index),"key":"k","status":"failed","attempts":1,"#
                + #""ended_at":"2026-01-01T00:00:00Z"}}"#
        }
        let problem = "of the item is over 16777216"
        #expect(try message(after: [step, item("16777217")]) == "\"PATH\", line 5: \"index\" \(problem)")
        #expect(try message(after: [step, item("9223372036854775807")]) == "\"PATH\", line 5: \"index\" \(problem)")
        #expect(try message(after: [step, item("16777216"), #"{"end":{"lines":6}}"#]) == "imported")
        let attempts = step.replacing(#""attempts":1"#, with: #""attempts":9000000000000000000"#)
        #expect(try message(after: [attempts]) == "\"PATH\", line 4: \"attempts\" of the step is over 16777216")
    }

    @Test func deepMapsOfOddKeysTravel() async throws {
        let (from, to) = (StoreBench(), StoreBench())
        var value: Value = 1
        for _ in 0..<340 { value = ["$x": value] }
        let run = try await from.run(output: try StoredValue(value, sealing: nil, context: ""))
        _ = try export(from, run, to: .file(from.path("a.jsonl")))
        _ = try RunImport(from.path("a.jsonl"), into: to.database).read()
        #expect(try to.output(of: run) == value)
    }

    @Test(arguments: [
        "../../../etc/passwd", "/etc/passwd", "notes.txt", "..", "\(digest)/x", "\(digest).tar.gz",
    ])
    func namesOfFilesThatLeadElsewhereAreRefused(_ name: String) throws {
        #expect(
            try message(after: [#"{"file":{"name":"\#(name)","size":1}}"#])
                == "\"PATH\", line 4: \"\(name)\" is no name of a file")
    }

    @Test func contentsAreNotBelieved() throws {
        func file(_ size: String, _ content: [String]) throws -> String {
            try message(
                after: [#"{"file":{"name":"\#(Self.digest)","size":\#(size)}}"#]
                    + content.map { #"{"content":"\#(Base64.encode(Array($0.utf8)))"}"# } + [#"{"end":{"lines":99}}"#])
        }
        let wrong = "the file \"\(Self.digest)\" is not what its name says"
        #expect(try file("7", ["CONTENT"]) == "\"PATH\", line 5: \(wrong)")
        #expect(try file("3", ["content"]) == "\"PATH\", line 5: the content of a file is missing")
        #expect(try file("9000000000000000000", ["content"]) == "\"PATH\", line 6: the content of a file is missing")
        #expect(try file("-1", []) == "\"PATH\", line 4: \"size\" of the file is not a number")
        #expect(try file("7", ["con", "tent"]).hasSuffix("lines are missing before the last one"))
    }

    @Test func linksInTheFolderOfFilesAreNotFollowed() throws {
        let bench = StoreBench()
        let folder = bench.path("archive")
        let lines = [Self.head, Self.run, Self.snapshot, #"{"file":{"name":"\#(Self.digest)","size":7}}"#]
        try TemporaryFolder.write(lines.map { $0 + "\n" }.joined(), to: "\(folder)/run.jsonl")
        try TemporaryFolder.write("content", to: bench.path("elsewhere"))
        try TemporaryFolder.write("", to: "\(folder)/files/other")
        symlink(bench.path("elsewhere"), "\(folder)/files/\(Self.digest)")
        #expect {
            _ = try RunImport(folder, into: bench.database).read()
        } throws: {
            ($0 as? Failure)?.message.hasSuffix("\(Self.digest)\" (too many levels of symbolic links)") == true
        }
        #expect(try bench.history().runs().isEmpty)
        #expect(bench.fileNames.isEmpty)
    }

    @Test func referencesToWhatOthersKeepAreNotFollowed() async throws {
        let bench = StoreBench()
        try await bench.run(output: RunFilesTests.large)
        let name = bench.fileNames[0]
        let path = bench.path("archive.jsonl")
        let lines = [
            Self.head, Self.run, Self.snapshot,
            Self.step.replacing("OUTPUT", with: #"{"$large":{"name":"\#(name)","size":100002}}"#),
            #"{"end":{"lines":5}}"#,
        ]
        try TemporaryFolder.write(lines.map { $0 + "\n" }.joined(), to: path)
        _ = try RunImport(path, into: bench.database).read()
        #expect(try bench.output(of: RunID(text: "0000000000")) == "***")
    }

    @Test func whatIsNoFileIsNotWaitedFor() throws {
        let bench = StoreBench()
        let path = bench.path("pipe")
        mkfifo(path, 0o600)
        #expect {
            _ = try RunImport(path, into: bench.database)
        } throws: {
            ($0 as? Failure)?.message == "\"\(path)\" is no file"
        }
        #expect {
            _ = try RunImport(bench.path("none"), into: bench.database)
        } throws: {
            ($0 as? Failure)?.message == "could not read \"\(bench.path("none"))\" (no such file or directory)"
        }
    }

    // MARK: Written to a pipe

    /// Another process may have made it non-blocking, which the two share.
    @Test func fullPipeIsWaitedFor() async throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (reader, writer) = (ends[0], ends[1])
        _ = fcntl(writer, F_SETFL, fcntl(writer, F_GETFL) | O_NONBLOCK)
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        async let read = Task.detached {
            var count = 0
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while case let got = Glibc.read(reader, &buffer, buffer.count), got > 0 { count += got }
            return count
        }.value
        let lines = LineWriter(writer)
        let outcome = Result {
            try lines.write(line)
            try lines.close()
        }
        // Else the reader would wait for more where it could not be written.
        close(writer)
        #expect(await read == line.count + 1)
        try outcome.get()
        close(reader)
    }

    @Test func readerThatHasGoneAwayIsNoError() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        close(ends[0])
        let lines = LineWriter(ends[1])
        for _ in 0..<3 { try lines.write([UInt8](repeating: UInt8(ascii: "x"), count: 1 << 18)) }
        try lines.close()
        close(ends[1])
    }

    @Test func lineWithoutEndIsRefused() throws {
        let bench = StoreBench()
        try TemporaryFolder.write(String(repeating: "x", count: 3000), to: bench.path("long"))
        let lines = try LineReader(bench.path("long"), maximum: 1000)
        #expect {
            try lines.next()
        } throws: {
            ($0 as? Failure)?.code == "too_long"
        }
    }
}

/// Seals nothing: what must not be seen is there to be found.
private struct NoSealing: ValueSealing {
    func seal(_ bytes: [UInt8], context: String) throws(Failure) -> [UInt8] { bytes }
    func open(_ bytes: [UInt8], context: String) throws(Failure) -> [UInt8] { bytes }
}
