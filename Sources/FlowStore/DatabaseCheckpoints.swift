import CSQLite

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
        lock.lock()
        defer { lock.unlock() }
        guard logPages > pages else { return }
        logPages = 0
        sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    }
}
