import Dispatch
import FlowCore
import FlowStore
import FlowTestKit
import Synchronization
import Testing

@Suite struct TransactionTests {
    private let folder = TemporaryFolder()
    private let database: Database

    init() throws {
        database = try Database.open(folder.file("t.db"), privateFile: true)
        try database.execute("CREATE TABLE t (x UNIQUE)")
    }

    private func rows() throws -> [Value] { try database.query("SELECT x FROM t ORDER BY x").map { $0[0] } }

    private struct Stop: Error {}

    @Test func aBodyThatThrowsLeavesNothing() throws {
        #expect(throws: Failure(.conflict, "enough")) {
            try database.transaction {
                try database.execute("INSERT INTO t VALUES (1)")
                throw Failure(.conflict, "enough")
            }
        }
        #expect(try rows() == [])
    }

    @Test func anInnerTransactionFailsByItself() throws {
        try database.transaction {
            try database.execute("INSERT INTO t VALUES (1)")
            #expect(throws: Failure.self) {
                try database.transaction {
                    try database.execute("INSERT INTO t VALUES (2)")
                    throw Stop()
                }
            }
            try database.transaction { _ = try database.execute("INSERT INTO t VALUES (3)") }
        }
        #expect(try rows() == [1, 3])
    }

    @Test func anOuterTransactionTakesTheInnerOneAlong() throws {
        #expect(throws: Failure.self) {
            try database.transaction {
                try database.transaction { _ = try database.execute("INSERT INTO t VALUES (2)") }
                throw Stop()
            }
        }
        #expect(try rows() == [])
    }

    @Test func aBodyReturnsItsResult() throws {
        #expect(try database.transaction { try database.query("SELECT 5")[0][0] } == 5)
    }

    @Test func oneTransactionCanBeFullySynchronous() throws {
        func level() throws -> Value { try database.query("PRAGMA synchronous")[0][0] }
        #expect(try level() == 1)
        #expect(try database.transaction(synchronous: .full) { try level() } == 2)
        #expect(try level() == 1)
        #expect(throws: Failure(.internal, "a transaction can't become more durable from within")) {
            try database.transaction { try database.transaction(synchronous: .full) {} }
        }
    }

    @Test func aWriterWaitsNoLongerThanItsTimeOut() throws {
        let other = try Database.open(folder.file("t.db"), busyTimeout: .milliseconds(1), privateFile: true)
        let problem = Failure(
            .transient, "the database \"\(folder.file("t.db"))\" is locked by another process",
            hint: "try again when the other process is done", code: "SQLITE_BUSY")
        try database.transaction {
            #expect(throws: problem) { try other.transaction {} }
        }
        try other.transaction {}
    }

    @Test func transactionAtOnceWaitsForNoOtherConnection() throws {
        let other = try Database.open(folder.file("t.db"), privateFile: true)
        try database.transaction {
            let result: Int? = try other.transactionAtOnce { 1 }
            #expect(result == nil)
        }
        #expect(try other.transactionAtOnce { try other.execute("INSERT INTO t VALUES (1)") } == 1)
        #expect(throws: Failure(.conflict, "enough")) {
            try other.transactionAtOnce {
                try other.execute("INSERT INTO t VALUES (2)")
                throw Failure(.conflict, "enough")
            }
        }
        #expect(try rows() == [1])
    }

    @Test func transactionAtOnceWaitsForNoOtherThread() throws {
        let database = database
        try database.transaction {
            let wasRun = Mutex<Bool?>(nil)
            let isAsked = DispatchSemaphore(value: 0)
            DispatchQueue.global().async {
                let answer = try? database.transactionAtOnce { 1 }
                wasRun.withLock { $0 = answer != nil }
                isAsked.signal()
            }
            isAsked.wait()
            #expect(wasRun.withLock { $0 } == false)
        }
    }

    @Test func readersSeeOneStateAndDoNotBlockWriters() throws {
        let reader = try Database.open(folder.file("t.db"), mode: .readOnly, privateFile: true)
        try reader.snapshot {
            #expect(try reader.query("SELECT count(*) FROM t")[0][0] == 0)
            try database.execute("INSERT INTO t VALUES (1)")
            #expect(try reader.query("SELECT count(*) FROM t")[0][0] == 0)
        }
        #expect(try reader.query("SELECT count(*) FROM t")[0][0] == 1)
    }

    @Test func aBodyThatOverlooksTheEndOfItsTransactionIsStopped() throws {
        let problem = Failure(
            .invalid, "the transaction on the database \"\(database.path)\" was rolled back by an earlier error",
            code: "SQLITE_ABORT")
        #expect(throws: problem) {
            try database.transaction {
                #expect(throws: Failure.self) {
                    try database.execute("INSERT OR ROLLBACK INTO t VALUES (1), (1)")
                }
                try database.execute("INSERT INTO t VALUES (2)")
            }
        }
        #expect(try rows() == [])
    }

    @Test func aDuplicateIsAConflictAndNamesNoValue() throws {
        try database.execute("INSERT INTO t VALUES (?)", ["fake-canary"])
        let problem = Failure(
            .conflict, "the database \"\(database.path)\" refuses the change: UNIQUE constraint failed: t.x",
            code: "SQLITE_CONSTRAINT_UNIQUE")
        #expect(throws: problem) { try database.execute("INSERT INTO t VALUES (?)", ["fake-canary"]) }
    }

    @Test func aFullDiskLeavesTheDataAsItWas() throws {
        try database.execute("INSERT INTO t VALUES ('kept')")
        let pages = try database.query("PRAGMA page_count")[0][0].intValue ?? 0
        _ = try database.query("PRAGMA max_page_count = \(pages + 1)")
        let problem = Failure(
            .invalid, "no space left to write the database \"\(database.path)\"",
            hint: "free space on the disk that holds it, then repeat", code: "SQLITE_FULL")
        #expect(throws: problem) {
            try database.transaction {
                try database.execute("INSERT INTO t VALUES ('lost')")
                try database.execute("INSERT INTO t VALUES (zeroblob(100000))")
            }
        }
        #expect(try rows() == ["kept"])
    }

    /// The text differs each time, because SQLite answers this pragma while it compiles it.
    private func level(_ mark: String) throws -> Value? {
        try database.query("PRAGMA synchronous /* \(mark) */").first?[0]
    }

    @Test func eachFullTransactionIsFullAndEachOtherIsNot() throws {
        for round in 1...3 {
            let full = try database.transaction(synchronous: .full) { try level("full \(round)") }
            #expect(full == 2)
            let normal = try database.transaction { try level("normal \(round)") }
            #expect(normal == 1)
        }
    }
}
