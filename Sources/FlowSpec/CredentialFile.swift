package import FlowCore
import Glibc

/// A file for a library that wants a path, which a field of a credential names, or whose PEM it is. The latter is in
/// memory alone, as long as this lives.
package final class CredentialFile: Sendable {
    package let path: String
    private let descriptor: Int32?

    /// - Parameter wrong: makes the failure from what is wrong, as `is no absolute path`, and a hint.
    package init(_ text: String, wrong: (_ what: String, _ hint: String) -> Failure) throws(Failure) {
        guard HTTPRoute.isPEM(text) else {
            guard text.hasPrefix("/") else {
                throw wrong("is no absolute path", "write the whole path of the file, as in /etc/ssl/own.pem")
            }
            path = text
            descriptor = nil
            return
        }
        // It has a name only until it is open. Libraries refuse a key that others could read.
        let name = "/flowctl-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        let file = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0o600)
        shm_unlink(name)
        guard file >= 0, SystemCall.writeAll(Array(text.utf8), to: file) else {
            if file >= 0 { close(file) }
            throw wrong("can't be kept in memory", "give the path of a file")
        }
        path = "/proc/self/fd/\(file)"
        descriptor = file
    }

    deinit { if let descriptor { close(descriptor) } }
}
