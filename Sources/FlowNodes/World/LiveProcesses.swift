import Glibc
import Synchronization

/// The process groups that children of this process lead at the moment, for the day it has to end at once.
package enum LiveProcesses {
    private static let groups = Mutex<Set<pid_t>>([])

    static func insert(_ leader: pid_t) { groups.withLock { _ = $0.insert(leader) } }

    static func remove(_ leader: pid_t) { groups.withLock { _ = $0.remove(leader) } }

    /// Kills every child and what it started.
    package static func killAll() {
        groups.withLock { for leader in $0 { kill(-leader, SIGKILL) } }
    }
}
