import CSQLite
package import FlowCore
import Glibc
import Synchronization

extension Database {
    /// Leaves it to ``checkpoint(above:)`` to copy the write-ahead log into the database. SQLite does it otherwise in
    /// the commit that makes the log long, and that commit waits for the disk.
    package func checkpointByHand() {
        lock.lock()
        defer { lock.unlock() }
        sqlite3_wal_hook(
            handle,
            { database, _, _, pages in
                guard let database else { return SQLITE_OK }
                Unmanaged<Database>.fromOpaque(database).takeUnretainedValue().logPages = Int(pages)
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
        // Where there is no log yet, the first who wants it on disk opens it.
        _ = try? openedLog()
    }

    /// Copies the write-ahead log into the database where it has more than so many pages. Other processes may read and
    /// write meanwhile; what can't be copied now stays in the log.
    package func checkpoint(above pages: Int) {
        guard lock.locked({ logPages }) > pages else { return }
        // Most of what a checkpoint takes is to have the log on disk. So long nobody need be kept from writing on.
        // Where that fails, the checkpoint will say so: it does it again.
        try? syncLog()
        lock.lock()
        defer { lock.unlock() }
        guard logPages > pages else { return }
        logPages = 0
        sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    }

    /// Has the disk take what the write-ahead log holds now; needs no lock. SQLite does the same at the end of a commit
    /// that is to survive a power cut, with the connection and the write lock in hand.
    package func syncLog() throws(Failure) {
        let descriptor = try openedLog()
        while fdatasync(descriptor) != 0 { guard errno == EINTR else { throw logFailure() } }
    }

    /// The log stays the same file as long as a connection is open. It stays open as well: a process that has run out of
    /// descriptors must not be kept from writing down what it has done.
    private func openedLog() throws(Failure) -> Int32 {
        try logDescriptor.withLock { kept throws(Failure) in
            if let kept { return kept }
            let descriptor = Glibc.open(path + "-wal", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw logFailure() }
            kept = descriptor
            return descriptor
        }
    }

    private func logFailure() -> Failure {
        Failure(
            .internal,
            "the log of the database \"\(path)\" can't be brought to disk: \(String(cString: strerror(errno)))",
            hint: "look whether the disk is full or broken", code: "SQLITE_IOERR")
    }
}
