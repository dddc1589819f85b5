import CProcess

/// The memory of this process, in which credentials are in clear.
package enum PrivateMemory {
    /// From now on no core dump is made of this process, and no other process of the same user may read its memory. The
    /// programs it starts are not affected.
    package static func keep() { cprocess_forbid_dumps() }
}
