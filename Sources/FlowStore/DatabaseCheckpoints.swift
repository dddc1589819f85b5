import CSQLite
import Glibc

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
    }

    /// Copies the write-ahead log into the database where it has more than so many pages. Other processes may read and
    /// write meanwhile; what can't be copied now stays in the log.
    package func checkpoint(above pages: Int) {
        guard lock.locked({ logPages }) > pages else { return }
        // Most of what a checkpoint takes is to have the log on disk. So long nobody need be kept from writing on.
        syncLog()
        lock.lock()
        defer { lock.unlock() }
        guard logPages > pages else { return }
        logPages = 0
        sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    }

    /// Has the disk take what the log holds now. Where that fails, the checkpoint will say so: it does it again.
    private func syncLog() {
        let descriptor = Glibc.open(path + "-wal", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fdatasync(descriptor)
        close(descriptor)
    }
}
