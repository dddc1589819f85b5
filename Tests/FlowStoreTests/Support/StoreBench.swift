import FlowCore
import FlowTestKit
import Glibc

@testable import FlowStore

/// A state database in a private folder, and short ways to fill and read it.
final class StoreBench: Sendable {
    private let folder = TemporaryFolder()

    static let time = Timestamp(seconds: 1_800_000_000)
    static let deadProcess = ProcessIdentity(pid: 1, startTime: -1, boot: ProcessIdentity.current.boot)

    var database: String { folder.file("state.db") }

    /// A path beside the database.
    func path(_ name: String) -> String { folder.file(name) }
    var files: RunFiles { RunFiles(beside: database) }

    func store(_ process: ProcessIdentity = .current) throws -> RunStore {
        try RunStore.open(database, identity: process)
    }

    func history() throws -> RunHistory { try RunHistory.open(database) }

    func query(_ sql: String) throws -> [Row] { try Database.open(database, mode: .readWrite).query(sql) }

    let random: @Sendable (Int) -> [UInt8] = { (0..<$0).map { _ in UInt8.random(in: 0...255) } }

    func begin(
        workflow: String = "w", at time: Timestamp = StoreBench.time, process: ProcessIdentity = .current
    ) async throws -> (StoredRun, RunJournal) {
        try await store(process).begin(at: time, random: random) { _ in
            RunSnapshot(workflow: workflow, file: "\(workflow).yaml", source: Array("name: w".utf8))
        }
    }

    /// A whole run of one step, `a`.
    @discardableResult
    func run(
        workflow: String = "w", status: RunStatus = .succeeded, output: StoredValue? = nil,
        at time: Timestamp = StoreBench.time
    ) async throws -> RunID {
        let (run, journal) = try await begin(workflow: workflow, at: time)
        let end = StepEnd(status: status, output: output, attempts: 1, endedAt: time)
        try await journal.commit(
            [
                .stepStarted(path: "a", node: "test.n", at: time),
                .attemptStarted(AttemptID(path: "a", number: 1), AttemptIntent(effect: .read, startedAt: time)),
                .attemptEnded(AttemptID(path: "a", number: 1), AttemptEnd(status: status, endedAt: time)),
                .stepEnded(path: "a", end), .log(LogLine(path: "a", at: time, level: "info", message: "hello")),
                .runEnded(RunEnd(status: status, endedAt: time)),
            ], synced: false)
        await journal.close()
        return run.id
    }

    /// What step `a` of a run gave.
    func output(of run: RunID) throws -> Value? {
        let history = try history()
        let step = try history.steps(of: history.run(named: run.text)).first { $0.path == "a" }
        return try step?.output?.value(sealing: nil, context: run.text)
    }

    /// A file as a node leaves it in the run's folder.
    func leave(_ name: String, _ content: String, in run: RunID) throws -> String {
        let folder = files.folder(of: run) + "/k"
        try PrivateFile.createFolder(folder)
        let path = "\(folder)/\(name)"
        let descriptor = open(path, O_WRONLY | O_CREAT, 0o644)
        let bytes = Array(content.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure(.internal, "no file") }
        close(descriptor)
        return path
    }

    /// What lies in the folder of files.
    var fileNames: [String] { FolderNames.list(files.folder) ?? [] }

    func read(_ name: String) -> [UInt8] {
        let descriptor = open(files.path(of: name), O_RDONLY)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        return Array(bytes.prefix(max(0, count)))
    }
}
