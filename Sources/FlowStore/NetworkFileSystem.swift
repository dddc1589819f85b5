import CSQLite
import FlowCore
import Glibc

/// File systems that several machines may have mounted. SQLite's write-ahead log needs memory that all its processes
/// share, which only one machine has.
enum NetworkFileSystem {
    /// What the folder of a file lies on; nil where that is a disk of this machine.
    static func name(under path: String) -> String? {
        name(ofType: csqlite_file_system_type(ParentFolder.of(path)))
    }

    /// By the magic numbers of statfs(2).
    static func name(ofType type: Int) -> String? {
        switch type {
        case 0x6969: "nfs"
        case 0xFF53_4D42, 0xFE53_4D42, 0x517B: "smb"
        case 0x0102_1997: "9p"
        case 0x00C3_6400: "ceph"
        case 0x5346_414F: "afs"
        case 0x0BD0_0BD0: "lustre"
        case 0x4750_4653: "gpfs"
        // sshfs and the like; also local ones, which only lose some speed by it.
        case 0x6573_5546: "fuse"
        default: nil
        }
    }

    /// Whether files beside a path can be locked. Without that, two processes would write over each other.
    static func hasLocks(beside path: String) -> Bool {
        let probe = "\(path)-lock-\(getpid())"
        // Left by a process that had this one's number, or a link to where nothing is to be made.
        unlink(probe)
        let descriptor = open(probe, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        // That nothing can be made there is told when the database is opened.
        guard descriptor >= 0 else { return true }
        defer {
            close(descriptor)
            unlink(probe)
        }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_len = 1
        return fcntl(descriptor, F_SETLK, &lock) == 0
    }
}
