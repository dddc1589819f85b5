import Dispatch
package import FlowCore
import Glibc

/// The journal of one run in the state database. It holds the run's lease and renews it while it exists.
///
/// A process that was silent for too long, as on a machine that slept, may have lost the run to another one. It finds
/// that out at its next write that somebody waits for, and writes nothing.
package final class RunJournal: Journal {
    package let run: RunID
    let number: Int64
    /// Of the run; another process that takes it up counts on.
    private let attempt: Int
    private let writer: JournalWriter
    private let next: NextIntent
    /// Only made, started and cancelled here, each of which is safe from any thread.
    private nonisolated(unsafe) let heart: any DispatchSourceTimer

    init(run: RunID, number: Int64, attempt: Int, writer: JournalWriter) {
        self.run = run
        self.number = number
        self.attempt = attempt
        self.writer = writer
        next = NextIntent(brief: writer.disk.brief)
        heart = DispatchSource.makeTimerSource(queue: .global(qos: .utility))
        heart.schedule(deadline: .now() + .seconds(Lease.interval), repeating: .seconds(Lease.interval))
        heart.setEventHandler {
            writer.note { database throws(Failure) in
                try database.execute(
                    "UPDATE runs SET heartbeat = ? WHERE number = ? AND attempt = ? AND pid IS NOT NULL",
                    [.micros(.wallClock), .int(number), .int(Int64(attempt))])
            }
        }
        heart.activate()
    }

    deinit { heart.cancel() }

    package func note(_ records: [JournalRecord]) { writer.note(work(records)) }

    package func noteEnd(_ records: [JournalRecord]) async throws {
        guard !records.contains(where: \.isLarge) else {
            return try await commit(records, synced: false, isShared: true)
        }
        try await writer.noteOrWait(leased(work(records)))
    }

    package func commit(_ records: [JournalRecord], synced: Bool, isShared: Bool) async throws {
        if synced, !isShared, records.count == 1, case .attemptStarted(let attempt, let intent) = records[0] {
            return try await begin(attempt, intent)
        }
        let isLarge = records.contains(where: \.isLarge)
        let work = work(isLarge ? try await drafted(records) : records)
        try await writer.commit(synced: synced, mayWait: isShared || isLarge, leased(work))
    }

    /// Writes the intent of a write that nothing runs beside, and has it on disk.
    private func begin(_ attempt: AttemptID, _ intent: AttemptIntent) async throws {
        var intent = intent
        let (isOnDisk, mayName) = next.begin(attempt)
        if !mayName || !writer.hasLog { intent.next = nil }
        try await writer.commit(synced: !isOnDisk, leased(work([.attemptStarted(attempt, intent)])))
        guard let path = intent.next else { return }
        let isToBeWatched = next.name(path, by: attempt, isOnDisk: !isOnDisk)
        if isOnDisk { writer.whenSynced { [next] in next.isOnDisk(by: attempt) } }
        if isToBeWatched { watchNext() }
    }

    private func watchNext() {
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(next.brief.inMilliseconds))) {
            switch self.next.due() {
            case .nothing: break
            case .lookAgain: self.watchNext()
            case .withdraw(let attempt):
                self.writer.noteSynced { [number = self.number] database throws(Failure) in
                    try JournalStatements(database: database, run: number).withdrawNext(attempt)
                }
            }
        }
    }

    /// The work where the run is still this process's.
    private func leased(_ work: @escaping JournalWriter.Work) -> JournalWriter.Work {
        { [requireLease, place = writer.place] database throws(Failure) in
            try place.require()
            try requireLease(database)
            try work(database)
        }
    }

    private var requireLease: JournalWriter.Work {
        { [run, number, attempt] database throws(Failure) in
            let current = try database.query("SELECT attempt FROM runs WHERE number = ?", [.int(number)]).first?[0]
            guard current == .int(Int64(attempt)) else {
                throw Failure(
                    .conflict, "run \(run) has been taken over by another process",
                    hint: "let that one go on; this one was silent for so long that it counted as dead",
                    code: "lease_lost")
            }
        }
    }

    private func work(_ records: [JournalRecord]) -> JournalWriter.Work {
        { [number] database throws(Failure) in
            let statements = JournalStatements(database: database, run: number)
            for record in records { try statements.write(record) }
        }
    }

    package func step(_ path: String) async throws -> StoredStep? {
        try await read { reader throws(Failure) in try reader.step(path) }
    }

    package func items(
        of path: String, from first: Int, limit: Int, hasOutputs: Bool
    ) async throws -> [StoredItem] {
        try await read { reader throws(Failure) in
            try reader.items(of: path, from: first, limit: limit, hasOutputs: hasOutputs)
        }
    }

    package func attempts(of path: String, item: Int?) async throws -> [StoredAttempt] {
        try await read { reader throws(Failure) in try reader.attempts(of: path, item: item) }
    }

    package func keyedAttempts(after last: KeyedAttempt?, limit: Int) async throws -> [KeyedAttempt] {
        try await read { reader throws(Failure) in try reader.keyedAttempts(after: last, limit: limit) }
    }

    package func openAttempts(of path: String) async throws -> [Int: StoredAttempt] {
        try await read { reader throws(Failure) in try reader.openAttempts(of: path) }
    }

    package func checkpoint(_ name: String, of path: String, item: Int?) async throws -> StoredValue? {
        try await read { reader throws(Failure) in try reader.checkpoint(name, of: path, item: item) }
    }

    package func call(_ path: String) async throws -> StoredCall? {
        try await read { reader throws(Failure) in try reader.call(path) }
    }

    /// Looks at the run's group.
    func look<T: Sendable>(_ body: @escaping @Sendable (RunGroup) throws(Failure) -> T) async throws -> T {
        try await writer.read { [number] database throws(Failure) in
            try body(RunGroup(database: database, run: number))
        }
    }

    /// Looks at the run's group and changes it, while no other process does.
    func change<T: Sendable>(_ body: @escaping @Sendable (RunGroup) throws(Failure) -> T) async throws -> T {
        try await writer.read { [number] database throws(Failure) in
            try database.transaction { try body(RunGroup(database: database, run: number)) }
        }
    }

    private func read<T: Sendable>(
        _ body: @escaping @Sendable (JournalReader) throws(Failure) -> T
    ) async throws -> T {
        try await writer.read { [number] database throws(Failure) in
            try body(JournalReader(database: database, run: number))
        }
    }

    package func close() async {
        heart.cancel()
        // A run that ended has no lease any more; one that couldn't say so keeps its status and loses the process.
        try? await writer.commit(synced: false) { [number, attempt] database throws(Failure) in
            try database.execute(
                """
                UPDATE runs SET pid = NULL, pid_started = NULL, boot = NULL, heartbeat = NULL
                WHERE number = ? AND attempt = ?
                """, [.int(number), .int(Int64(attempt))])
        }
        rmdir(files.folder(of: run))
    }
}

// MARK: - Large values and files

extension RunJournal {
    private var files: RunFiles { RunFiles(beside: writer.database.path) }

    /// Brings large values to disk before the journal's thread has its turn: other steps need not wait for that.
    private func drafted(_ records: [JournalRecord]) async throws -> [JournalRecord] {
        do {
            return try await offTasks { [files] () throws(Failure) in
                var drafted: [JournalRecord] = []
                for record in records {
                    drafted.append(try record.mapValues { value throws(Failure) in try value.drafted(in: files) })
                }
                return drafted
            }
        } catch {
            throw JournalWriter.explained(Failure(error))
        }
    }

    package func keep(_ file: FileReference) async throws -> FileReference {
        let draft = try await offTasks { [files] () throws(Failure) in try files.draft(moving: file.path) }
        try await writer.commit(synced: false, mayWait: true) {
            [number, files, requireLease] database throws(Failure) in
            try requireLease(database)
            try JournalStatements(database: database, run: number).keep(draft, in: files)
        }
        // The folder of the attempt; another one may still be filling the run's.
        rmdir(ParentFolder.of(file.path))
        return FileReference(
            path: files.path(of: draft.name), name: file.name, size: draft.size, mediaType: file.mediaType,
            sha256: String(RunFiles.digest(in: draft.name)))
    }

    /// Waiting for a disk must not hold a thread of the tasks.
    private func offTasks<T: Sendable>(_ work: @escaping @Sendable () throws(Failure) -> T) async throws -> T {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<T, any Error>) in
            DispatchQueue.global().async {
                continuation.resume(with: Result { () throws(Failure) in try work() }.mapError { $0 as any Error })
            }
        }
    }
}
