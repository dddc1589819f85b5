package import FlowCore

/// Which process runs a run, and when it was last heard of.
package struct Lease: Sendable, Hashable {
    package let holder: ProcessIdentity
    /// By the clock of the holder's machine.
    package let heartbeat: Timestamp

    /// How often the holder says that it lives, in seconds.
    static let interval = 10
    /// How long a holder that can't be seen may say nothing.
    package static let patience = Duration.seconds(6 * interval)

    /// nil where nobody runs the run.
    init?(_ row: Row) {
        guard let pid = row["pid"].intValue, let started = row["pid_started"].intValue,
            let boot = row["boot"].stringValue, let heartbeat = row["heartbeat"].storedTime
        else { return nil }
        holder = ProcessIdentity(pid: Int32(clamping: pid), startTime: started, boot: boot)
        self.heartbeat = heartbeat
    }

    /// A process of another machine or container can't be seen; there only its silence tells.
    var isLive: Bool { holder.isRunning ?? (Timestamp.wallClock.since(heartbeat) < Lease.patience) }

    /// Who holds it: `process 4711`.
    package var words: String {
        guard holder.isRunning == nil else { return "process \(holder.pid)" }
        let who = "process \(holder.pid) of another machine, container or start of this machine"
        let silence = Timestamp.wallClock.since(heartbeat)
        guard silence > .zero - Lease.patience else {
            return "\(who), heard of at \(heartbeat.rfc3339), which is yet to come: a clock was wrong"
        }
        return "\(who), heard of \(max(.zero, silence).humanText) ago"
    }

    /// What somebody who wants the run can do.
    package var hint: String {
        holder.isRunning == nil
            ? "wait for it; \"flowctl resume --all-interrupted\" takes it up where nothing is heard of it for a minute"
            : "wait for it, or stop it with Ctrl-C where it runs, or with \"kill \(holder.pid)\""
    }
}
