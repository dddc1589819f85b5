package import FlowCore
import Glibc

/// Puts an archive of a run into the history, to be looked at. It can't be resumed: its secrets stayed where it ran.
///
/// Nothing in an archive is believed: neither names nor sizes nor digests.
package final class RunImport {
    private let database: Database
    private let files: RunFiles
    private let lines: LineReader
    /// Of an archive that is a folder.
    private let folder: String?
    private let identity: ProcessIdentity
    private var lineNumber = 0
    private var records: [JournalRecord] = []
    private var end: RunEnd?
    /// Paths that attempts and items may name.
    private var steps: Set<String> = []

    private static let batch = 1000

    /// - Parameter path: of the archive, a folder or a file.
    package init(_ path: String, into database: String, identity: ProcessIdentity = .current) throws(Failure) {
        var info = stat()
        let isFolder = stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
        folder = isFolder ? path : nil
        lines = try LineReader(
            isFolder ? "\(path)/\(ArchiveFormat.linesName)" : path, maximum: ArchiveFormat.maximumLine)
        self.identity = identity
        self.database = try StateDatabase.open(database)
        files = RunFiles(beside: database)
    }

    /// - Returns: the run as the history has it now.
    /// - Throws: `invalid` with the place in the archive; `conflict` where the history has this run. Nothing of it is
    ///   left then.
    package func read() throws(Failure) -> RunSummary {
        try readHead()
        let (id, number) = try begin()
        do throws(Failure) {
            try readRest(of: number)
            try finish(number)
        } catch {
            // The first error is the one to tell.
            try? RunRemoval(database).discard(number)
            throw error
        }
        return try RunHistory(database).run(named: id.text)
    }

    // MARK: Lines

    private func readHead() throws(Failure) {
        let head: ArchiveLine
        do throws(Failure) {
            head = try ArchiveLine(try nextValue())
        } catch {
            throw Failure(
                .invalid, "\"\(lines.path)\" is no archive of a run: \(error.message)",
                hint: "make one with \"flowctl runs export\"")
        }
        guard head.kind == "format", head.content.stringValue == ArchiveFormat.name,
            let version = head.whole["version"]?.intValue
        else {
            throw Failure(
                .invalid, "\"\(lines.path)\" is no archive of a run", hint: "make one with \"flowctl runs export\"")
        }
        guard version == ArchiveFormat.version else {
            throw Failure(
                .invalid,
                "\"\(lines.path)\" is an archive of version \(version); this flowctl reads version \(ArchiveFormat.version)",
                hint: version > ArchiveFormat.version ? "update flowctl" : nil)
        }
    }

    private func nextValue() throws(Failure) -> Value {
        lineNumber += 1
        guard let bytes = try lines.next() else { throw Failure(.invalid, "the archive ends before its last line") }
        do throws(Failure) {
            return try JSON.parse(bytes, maximumDepth: ArchiveFormat.maximumDepth)
        } catch {
            throw Failure(.invalid, "this is not JSON: \(error.message)")
        }
    }

    private func located<T>(_ body: () throws(Failure) -> T) throws(Failure) -> T {
        do throws(Failure) {
            return try body()
        } catch {
            guard error.kind == .invalid, error.code == nil || error.code == "too_long" else { throw error }
            throw Failure(
                .invalid, "\"\(lines.path)\", line \(lineNumber): \(error.message)",
                hint: "the archive is damaged; export the run again")
        }
    }

    /// The run's row, live while it is being read.
    private func begin() throws(Failure) -> (RunID, Int64) {
        let run = try located { () throws(Failure) in try ArchiveLine(try nextValue()).content(of: "run") }
        let snapshot = try located { () throws(Failure) in try ArchiveLine(try nextValue()).content(of: "snapshot") }
        return try located { () throws(Failure) in
            let id = RunID(text: try run.text("id"))
            guard RunID.isID(id.text) else { throw Failure(.invalid, "\"\(id.text.prefix(40))\" is no id of a run") }
            let status = try run.status("status")
            let start = try run.time("started_at")
            end = RunEnd(
                // What ran when it was exported is cut off here.
                status: status.isLeased ? .interrupted : status, outputs: try run.value("outputs", files),
                failure: run.failure, failedStep: run.optionalText("failed_step"),
                endedAt: try run.optionalTime("ended_at") ?? start)
            return (id, try database.transaction { try insert(id, run, snapshot) })
        }
    }

    private func insert(_ id: RunID, _ run: ArchiveObject, _ snapshot: ArchiveObject) throws(Failure) -> Int64 {
        guard try database.query("SELECT 1 FROM runs WHERE id = ?", [.string(id.text)]).isEmpty else {
            throw Failure(
                .conflict, "run \(id) is in the history already",
                hint: "to read it again, delete it first: flowctl runs delete \(id)")
        }
        try database.execute(
            """
            INSERT INTO runs (id, workflow, file, trigger_kind, status, attempt, started_at, pid, pid_started, boot,
                heartbeat, imported_at)
            VALUES (?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .string(id.text), .string(try run.text("workflow")), .string(try run.text("file")),
                .string(try run.text("trigger")), .int(Int64(try run.count("attempt"))),
                .micros(try run.time("started_at")),
                .int(Int64(identity.pid)), .int(identity.startTime), .string(identity.boot), .micros(.wallClock),
                .micros(.wallClock),
            ])
        let number = database.lastInsertRowID
        try RunStore.write(
            RunSnapshot(
                workflow: try run.text("workflow"), labels: run.texts("labels"), file: try run.text("file"),
                source: Array((snapshot.optionalText("source") ?? "").utf8), calledFiles: snapshot.sources("called"),
                inputs: try snapshot.value("inputs", files) ?? .null, vars: try snapshot.value("vars", files) ?? .null,
                event: try snapshot.value("event", files) ?? .null,
                workingDirectory: try snapshot.text("working_directory"), baseURL: snapshot.optionalText("base_url"),
                version: try snapshot.text("flowctl")), of: number, in: database)
        return number
    }

    private func readRest(of number: Int64) throws(Failure) {
        while true {
            let isLast = try located { () throws(Failure) in
                let line = try ArchiveLine(try nextValue())
                switch line.kind {
                case "call", "step", "page", "attempt", "item", "log":
                    records += try line.records(files, steps: &steps)
                    if records.count >= RunImport.batch { try write(to: number) }
                case "file":
                    try write(to: number)
                    let file = try line.content(of: "file")
                    try readFile(try file.text("name"), size: try file.int("size"), of: number)
                case "end":
                    guard try line.content(of: "end").int("lines") == Int64(lineNumber) else {
                        throw Failure(.invalid, "lines are missing before the last one")
                    }
                    guard try lines.next() == nil else {
                        throw Failure(.invalid, "there is something after the last line")
                    }
                    return true
                default: throw Failure(.invalid, "\"\(line.kind.prefix(40))\" is no line of an archive")
                }
                return false
            }
            if isLast { return }
        }
    }

    private func write(to number: Int64) throws(Failure) {
        let batch = records
        records = []
        try database.transaction {
            let statements = JournalStatements(database: database, run: number)
            for record in batch { try statements.write(record) }
        }
    }

    private func finish(_ number: Int64) throws(Failure) {
        guard let end else { return }
        records.append(.runEnded(end))
        try write(to: number)
    }

    // MARK: Files

    private func readFile(_ name: String, size: Int64, of number: Int64) throws(Failure) {
        guard RunFiles.isName(name) else { throw Failure(.invalid, "\"\(name.prefix(100))\" is no name of a file") }
        let draft = try files.draft(like: name) { write throws(Failure) in
            guard let folder else { return try readContent(size, write) }
            let path = "\(folder)/\(ArchiveFormat.filesName)/\(name)"
            let descriptor = try LineReader.open(path, followingLinks: false)
            defer { close(descriptor) }
            try files.forEachPiece(of: descriptor, path, write)
        }
        guard draft.name == name, draft.size == size else {
            throw Failure(.invalid, "the file \"\(name)\" is not what its name says")
        }
        try database.transaction {
            try JournalStatements(database: database, run: number).keep(draft, in: files)
        }
    }

    private func readContent(
        _ size: Int64, _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        var left = size
        while left > 0 {
            let line = try ArchiveLine(try nextValue())
            guard line.kind == "content", let piece = line.content.stringValue.flatMap(Base64.decode), !piece.isEmpty,
                Int64(piece.count) <= left
            else { throw Failure(.invalid, "the content of a file is missing") }
            try piece.withUnsafeBytes { bytes in Result { () throws(Failure) in try write(bytes) } }.get()
            left -= Int64(piece.count)
        }
    }
}
