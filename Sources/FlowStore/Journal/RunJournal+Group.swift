import FlowCore

/// What a run wants: a place among the runs of its group, of which only so many may be under way at once.
package struct GroupClaim: Sendable, Hashable {
    /// What is done where no place is free.
    package enum Policy: String, Sendable, Hashable {
        /// Waits behind those that came before.
        case queue
        /// Gives up.
        case skip
        /// Asks those that came before to stop, and waits until they have.
        case cancel
    }

    package var group: String
    package var policy: Policy
    /// Runs that may be under way at once, as far as this one is concerned.
    package var limit: Int

    package init(group: String, policy: Policy, limit: Int) {
        self.group = group
        self.policy = policy
        self.limit = limit
    }
}

/// How a run stands in its group.
package enum GroupStanding: Sendable, Hashable {
    /// It is under way; another run may have asked it to stop.
    case admitted(stoppedBy: RunID?)
    /// These must end first.
    case waiting(behind: [RunID], stoppedBy: RunID?)
    /// There was no place, and it didn't want to wait.
    case refused(by: [RunID])
}

extension RunJournal {
    package func enter(_ claim: GroupClaim) async throws -> GroupStanding {
        try await change { group throws(Failure) in try group.enter(claim) }
    }

    package func standing() async throws -> GroupStanding {
        // Most of the time nothing has changed, and a look takes no lock.
        let (standing, isNew) = try await look { group throws(Failure) in try group.standing() }
        guard isNew else { return standing }
        return try await change { group throws(Failure) in try group.settled() }
    }
}

/// The claims of a run's group in the state database. A claim counts while its run has a live lease, so whoever dies
/// gives its place up.
struct RunGroup {
    let database: Database
    /// The run's number.
    let run: Int64

    private struct Member {
        var run: Int64
        var id: RunID
        var isRunning: Bool
        /// Its place in the queue.
        var number: Int64
        var limit: Int
        var stoppedBy: RunID?
    }

    func enter(_ claim: GroupClaim) throws(Failure) -> GroupStanding {
        let others = try members(of: claim.group).filter { $0.run != run }
        if claim.policy == .skip, others.count >= claim.limit {
            return .refused(by: others.map(\.id))
        }
        try database.execute("DELETE FROM claims WHERE run = ?", [.int(run)])
        try database.execute(
            "INSERT INTO claims (run, name, capacity) VALUES (?, ?, ?)",
            [.int(run), .string(claim.group), .int(Int64(claim.limit))])
        if claim.policy == .cancel { try stop(others, for: claim) }
        try database.execute("UPDATE runs SET status = 'queued' WHERE number = ?", [.int(run)])
        return try settled()
    }

    /// Those that wait give way, and of those that run the oldest.
    private func stop(_ others: [Member], for claim: GroupClaim) throws(Failure) {
        let running = others.filter(\.isRunning)
        let giving = others.filter { !$0.isRunning } + running.dropLast(claim.limit - 1)
        for member in giving {
            try database.execute(
                """
                UPDATE claims SET stopped_by = (SELECT id FROM runs WHERE number = ?)
                WHERE run = ? AND stopped_by IS NULL
                """, [.int(run), .int(member.run)])
        }
    }

    /// How the run stands now; where its turn has come it is under way from here on.
    func settled() throws(Failure) -> GroupStanding {
        let (standing, isNew) = try standing()
        if isNew { try database.execute("UPDATE runs SET status = 'running' WHERE number = ?", [.int(run)]) }
        return standing
    }

    /// - Returns: also whether the run's turn has come and nobody has written that down.
    func standing() throws(Failure) -> (GroupStanding, isNew: Bool) {
        guard let name = try database.query("SELECT name FROM claims WHERE run = ?", [.int(run)]).first?[0].stringValue
        else { return (.admitted(stoppedBy: nil), false) }
        let members = try members(of: name)
        guard let own = members.first(where: { $0.run == run }) else { return (.admitted(stoppedBy: nil), false) }
        if own.isRunning { return (.admitted(stoppedBy: own.stoppedBy), false) }
        let before = members.filter { $0.run != run && ($0.number < own.number || $0.isRunning) }
        if before.count < own.limit { return (.admitted(stoppedBy: own.stoppedBy), true) }
        return (.waiting(behind: before.map(\.id), stoppedBy: own.stoppedBy), false)
    }

    /// Runs of the group that are alive, in the order in which they came.
    private func members(of group: String) throws(Failure) -> [Member] {
        try database.query(
            """
            SELECT c.run, c.number, c.capacity, c.stopped_by, r.id, r.status, r.pid, r.pid_started, r.boot, r.heartbeat
            FROM claims c JOIN runs r ON r.number = c.run WHERE c.name = ? ORDER BY c.number
            """, [.string(group)]
        ).filter { Lease($0)?.isLive ?? false }.map { row in
            Member(
                run: row[0].intValue ?? 0, id: RunID(text: row[4].stringValue ?? ""),
                isRunning: row[5].storedStatus == .running, number: row[1].intValue ?? 0,
                limit: Int(row[2].intValue ?? 1), stoppedBy: row[3].stringValue.map(RunID.init(text:)))
        }
    }
}
