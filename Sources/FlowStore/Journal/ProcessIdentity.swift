import FlowCore
import Glibc

/// Which process on which boot of which machine: enough to know later whether it still runs.
///
/// A process id alone is used again by others; its start time and the boot tell them apart.
package struct ProcessIdentity: Sendable, Hashable {
    package var pid: Int32
    /// Clock ticks after the boot.
    package var startTime: Int64
    /// The boot's id and the pid namespace.
    package var boot: String

    package init(pid: Int32, startTime: Int64, boot: String) {
        self.pid = pid
        self.startTime = startTime
        self.boot = boot
    }

    package static var current: ProcessIdentity {
        let pid = getpid()
        return ProcessIdentity(pid: pid, startTime: startTime(of: pid) ?? 0, boot: currentBoot)
    }

    /// Whether the process runs, as far as this machine can tell; nil where it belongs to another boot, machine or
    /// container, of which nothing can be seen from here.
    package var isRunning: Bool? {
        guard boot == ProcessIdentity.currentBoot else { return nil }
        if let found = ProcessIdentity.startTime(of: pid) { return found == startTime }
        if ProcessIdentity.isZombie(pid) { return false }
        // Where /proc shows everyone their own processes only (hidepid), it may be somebody else's.
        return kill(pid, 0) != 0 && errno == ESRCH ? false : nil
    }

    /// Whether the machine has been started anew since a process wrote down its ``boot``, so that it may have forgotten
    /// what was on its way to disk.
    static func isOver(_ boot: String) -> Bool {
        let id = boot.prefix { $0 != " " }
        return id.isEmpty || id != bootID
    }

    private static var bootID: Substring { contents(of: "/proc/sys/kernel/random/boot_id").prefix { $0 != "\n" } }

    private static var currentBoot: String {
        var link = [CChar](repeating: 0, count: 128)
        let count = readlink("/proc/self/ns/pid", &link, link.count - 1)
        let namespace = String(decoding: link.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return "\(bootID) \(namespace)"
    }

    /// Field 22 of the process's stat line; nil also for one that has ended.
    private static func startTime(of pid: Int32) -> Int64? {
        let fields = stat(of: pid)
        guard fields.count > 19, fields[0] != "Z" else { return nil }
        return Int64(fields[19])
    }

    /// Whether it has ended, although its line is still there.
    private static func isZombie(_ pid: Int32) -> Bool { stat(of: pid).first == "Z" }

    /// The fields of the process's stat line from the third on; the second may hold spaces and parentheses.
    private static func stat(of pid: Int32) -> [Substring] {
        let stat = contents(of: "/proc/\(pid)/stat")
        guard let end = stat.lastIndex(of: ")") else { return [] }
        return stat[stat.index(after: end)...].split(separator: " ")
    }

    private static func contents(of path: String) -> String {
        String(decoding: SystemCall.contents(ofFile: path) ?? [], as: UTF8.self)
    }
}
