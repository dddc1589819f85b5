import CSQLite
import FlowCore
import Glibc
import Synchronization

/// How long a connection waits where another process has locked the database, and who hears of it.
///
/// SQLite's own time-out waits through everything; this one ends when the work is interrupted, and when somebody who
/// has less time says so.
final class Patience: Sendable {
    private struct Wait {
        var begin = ContinuousClock.now
        var isAnnounced = false
        /// What is left for all waits to come, where somebody has said so.
        var end: ContinuousClock.Instant?
    }

    private let total: Duration
    private let path: String
    private let silence: Duration
    private let announce: (@Sendable (String) -> Void)?
    private let wait = Mutex(Wait())

    /// Milliseconds between tries; locks are mostly held for less than one.
    private static let pauses: [UInt32] = [1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50]

    /// - Parameters:
    ///   - silence: waits that are shorter are nobody's concern.
    ///   - announce: called once for a wait that takes longer, with what is waited for.
    init(
        _ total: Duration, for path: String, silence: Duration = .seconds(1),
        announce: (@Sendable (String) -> Void)?
    ) {
        self.total = total
        self.silence = silence
        self.path = path
        self.announce = announce
    }

    /// Whether to try again, after a pause.
    ///
    /// - Parameter count: how often this wait has asked before.
    func goesOn(_ count: Int) -> Bool {
        let now = ContinuousClock.now
        let (elapsed, isOver, isNew) = wait.withLock { wait in
            if count == 0 {
                wait.begin = now
                wait.isAnnounced = false
            }
            let elapsed = now - wait.begin
            let isNew = !wait.isAnnounced && elapsed > silence
            if isNew { wait.isAnnounced = true }
            return (elapsed, wait.end.map { now >= $0 } ?? false, isNew)
        }
        guard !isOver, elapsed < total else { return false }
        if isNew { announce?("waiting for the database \"\(path)\", which \(LockHolder.words(of: path)) has locked") }
        usleep(1000 * (Patience.pauses.dropFirst(count).first ?? 100))
        return true
    }

    /// Lets no wait go on for longer than this from now.
    func shorten(to rest: Duration) {
        let end = ContinuousClock.now + rest
        wait.withLock { $0.end = min($0.end ?? end, end) }
    }
}

/// The process that has a database locked, as far as the system tells.
enum LockHolder {
    /// `process 4711 (python3)`, or `another process`.
    static func words(of database: String) -> String {
        guard let pid = pid(of: database), pid != getpid() else { return "another process" }
        let name = contents(of: "/proc/\(pid)/comm").prefix { $0 != "\n" }
        return "process \(pid)" + (name.isEmpty ? "" : " (\(name))")
    }

    /// In write-ahead mode the locks are on the index beside the database: byte 120 is the one that writers hold.
    private static func pid(of database: String) -> Int32? {
        let locks = contents(of: "/proc/locks").split(separator: "\n").compactMap(Lock.init)
        let index = inode(of: database + "-shm")
        let file = inode(of: database)
        let writer = locks.first { $0.inode == index && $0.isExclusive && $0.bytes.contains(120) }
        return (writer ?? locks.first { $0.inode == file && $0.isExclusive })?.pid
    }

    private struct Lock {
        var pid: Int32
        var inode: UInt
        var isExclusive: Bool
        var bytes: ClosedRange<Int64>

        /// A line such as `1: POSIX  ADVISORY  WRITE 4711 fd:00:26738907 120 120`.
        init?(_ line: Substring) {
            let words = line.split(separator: " ")
            guard words.count == 8, words[1] == "POSIX", let pid = Int32(words[4]),
                let inode = words[5].split(separator: ":").last.flatMap({ UInt($0) }),
                let start = Int64(words[6]), start <= Int64(words[7]) ?? .max
            else { return nil }
            self.pid = pid
            self.inode = inode
            isExclusive = words[3] == "WRITE"
            bytes = start...(Int64(words[7]) ?? .max)
        }
    }

    private static func inode(of path: String) -> UInt? {
        var info = stat()
        return stat(path, &info) == 0 ? UInt(info.st_ino) : nil
    }

    private static func contents(of path: String) -> String {
        String(decoding: SystemCall.contents(ofFile: path) ?? [], as: UTF8.self)
    }
}
