import FlowCore

/// The database of runs and of what processes share.
enum StateDatabase {
    /// Opens it for writing and brings it to this format; makes it where it is missing. One of an older format is kept
    /// beside it first, as `state.db-format-2`.
    ///
    /// - Throws: also `conflict` where a run of an older flowctl is on: its writes would go wrong.
    /// - Parameter announce: is told what is waited for where another process has it locked for long.
    static func open(
        _ path: String, busyTimeout: Duration = .seconds(10), announce: (@Sendable (String) -> Void)? = nil
    ) throws(Failure) -> Database {
        let database = try Database.open(
            path, for: .state, busyTimeout: busyTimeout, announce: announce, privateFile: true)
        try database.migrate(JournalSchema.migrations) { format in
            try requireNoLiveRun(in: database)
            let kept = "\(path)-format-\(format)"
            // There from another process that does the same.
            if !PrivateFile.exists(kept) { try database.copy(to: kept, replacing: true) }
        }
        return database
    }

    private static func requireNoLiveRun(in database: Database) throws(Failure) {
        let leases = try database.query(
            "SELECT id, pid, pid_started, boot, heartbeat FROM runs WHERE pid IS NOT NULL")
        for row in leases {
            guard let lease = Lease(row), lease.isLive else { continue }
            throw Failure(
                .conflict,
                "run \(row[0].stringValue ?? "") of an older flowctl is on, in \(lease.words), and uses "
                    + "\"\(database.path)\" as it is", hint: "wait until it has ended, then repeat",
                code: "run_is_live")
        }
    }
}
