import Glibc

/// The three streams that a process starts with, unless whoever started it closed some.
package enum StandardStreams {
    /// Puts something in the place of those that are missing: what can't be written to, and is at its end for who reads.
    /// Else a connection or a file that is opened later would get their numbers, and what is printed with them.
    package static func occupy() {
        while true {
            let descriptor = open("/dev/null", O_RDONLY)
            guard descriptor <= STDERR_FILENO else {
                close(descriptor)
                return
            }
            guard descriptor >= 0 else { return }
        }
    }
}
