import CProcess

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
