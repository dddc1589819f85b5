import CProcess
package import FlowCore
import Glibc

/// What this process was started with.
package enum ProcessArguments {
    /// The words of the command line, the name of the program first, as they were given: they need not be UTF-8.
    package static var words: UnsafeBufferPointer<UnsafeMutablePointer<CChar>?> {
        var count: Int32 = 0
        return UnsafeBufferPointer(start: cprocess_arguments(&count), count: Int(count))
    }
}

/// The threads of this process.
package enum ProcessThreads {
    /// A few of those that run tasks, the one for requests, and those that write the history.
    private static let wanted: Int32 = 6

    /// Tries whether this process may have the threads that it needs.
    ///
    /// Dispatch, which makes most of them, tries again for ever where it gets none, and keeps who asked for it waiting.
    ///
    /// - Throws: a `Failure` of kind `invalid` where a limit of processes or memory is in the way.
    package static func require() throws(Failure) {
        let error = cprocess_try_threads(wanted)
        guard error != 0 else { return }
        throw Failure(
            .invalid, "can't make a thread: \(String(cString: strerror(error)).lowercased())",
            hint: "allow this user or container more processes and memory: ulimit -u, ulimit -v, pids.max")
    }
}

/// What the system shows of its processes, under /proc.
package enum ProcessTable {
    /// Dispatch looks there for the threads of this process, and ends it where it doesn't find them.
    ///
    /// - Throws: a `Failure` of kind `invalid` where /proc isn't there, or shows another pid namespace, as in a sandbox that
    ///   has the machine's.
    package static func require() throws(Failure) {
        var link = [CChar](repeating: 0, count: 16)
        let count = readlink("/proc/self", &link, link.count)
        let own = String(decoding: link.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard own != String(getpid()) else { return }
        throw Failure(
            .invalid,
            count > 0
                ? "/proc shows the processes of another pid namespace" : "/proc is not there, and flowctl needs it",
            hint: "mount it in the sandbox: unshare --mount-proc, bwrap --proc /proc, mount -t proc proc /proc")
    }
}

/// The files of this process.
package enum ProcessFiles {
    /// What flowctl has open at the same time in the least of runs.
    private static let needed: rlim_t = 32

    /// - Throws: a `Failure` of kind `invalid` where this process may have too few open for any work.
    package static func require() throws(Failure) {
        var files = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0, files.rlim_cur < needed else {
            return
        }
        throw Failure(
            .invalid, "this process may have \(files.rlim_cur) files open, and flowctl needs \(needed)",
            hint: "allow more with ulimit -n")
    }

    /// From now on as many may be open as the system permits, within reason: the usual bound of 1,024 is there for programs
    /// that use `select`, and a thousand requests with their files are more. The programs it starts have the usual bound.
    package static func allowMany() { cprocess_allow_files(65536) }
}

/// The memory of this process, in which credentials are in clear.
package enum ProcessMemory {
    /// From now on no core dump is made of this process, and no other process of the same user may read its memory. The
    /// programs it starts are not affected.
    package static func keepPrivate() { cprocess_forbid_dumps() }

    /// From now on a large block goes back to the system when it is let go. By itself the C library keeps the larger
    /// ones the more of them it has seen, a quarter of all the memory that a large workflow takes. And threads take what
    /// they need from two pools at most: with one for each, what one has freed is of no use to the others, which took a
    /// tenth more memory with a thousand requests in flight, and no less time.
    package static func keepSmall() {
        cprocess_return_blocks(1 << 20)
        cprocess_limit_pools(2)
    }
}
