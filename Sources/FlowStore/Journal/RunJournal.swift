import Dispatch
import FlowCore

/// The journal of one run in the state database. It holds the run's lease and renews it while it exists.
package final class RunJournal: Journal {
    package let run: RunID
    let number: Int64
    private let writer: JournalWriter
    /// Only made, started and cancelled here, each of which is safe from any thread.
    private nonisolated(unsafe) let heart: any DispatchSourceTimer

    /// How often the lease is renewed.
    static let heartbeat = 10

    init(run: RunID, number: Int64, writer: JournalWriter) {
        self.run = run
        self.number = number
        self.writer = writer
        heart = DispatchSource.makeTimerSource(queue: .global(qos: .utility))
        heart.schedule(deadline: .now() + .seconds(RunJournal.heartbeat), repeating: .seconds(RunJournal.heartbeat))
        heart.setEventHandler {
            writer.note { database throws(Failure) in
                try database.execute(
                    "UPDATE runs SET heartbeat = ? WHERE number = ? AND pid IS NOT NULL",
                    [.micros(.wallClock), .int(number)])
            }
        }
        heart.activate()
    }

    deinit { heart.cancel() }

    package func note(_ records: [JournalRecord]) { writer.note(work(records)) }

    package func commit(_ records: [JournalRecord], synced: Bool) async throws {
        try await writer.commit(synced: synced, work(records))
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
        try? await writer.commit(synced: false) { [number] database throws(Failure) in
            try database.execute(
                "UPDATE runs SET pid = NULL, pid_started = NULL, boot = NULL, heartbeat = NULL WHERE number = ?",
                [.int(number)])
        }
    }
}
