import FlowCore
import Glibc

/// A folder of mode 0700 that is deleted, with all that is in it, when the test lets go of it.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() {
        do { path = try Folder.temporary() } catch { preconditionFailure("a test needs a folder: \(error)") }
    }

    deinit {
        chmod(path, 0o700)
        Folder.delete(path)
    }

    /// The path of a file in it.
    package func file(_ name: String) -> String { path + "/" + name }

    /// The permission bits of a file or folder; 0 where there is none.
    package static func mode(of path: String) -> UInt32 {
        var facts = stat()
        return stat(path, &facts) == 0 ? facts.st_mode & 0o777 : 0
    }

    /// Writes a file with these permissions, whatever the process's mask says.
    package static func write(_ text: String, to path: String, mode: UInt32 = 0o600) throws {
        try Folder.write(text, to: path)
        guard chmod(path, mode) == 0 else { throw Failure(.permission, "can't change the mode of \(path)") }
    }
}
