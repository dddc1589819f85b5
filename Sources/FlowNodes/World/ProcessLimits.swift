import CProcess

/// The files of this process.
package enum ProcessFiles {
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
