import FlowCore
import Glibc

/// Where a file lay when it was opened. What is written to one that was deleted since is lost, and no error says so.
struct FilePlace: Sendable {
    private let path: String
    /// Device and number; nil where nothing was there.
    private let file: (dev_t, ino_t)?
    private let hasNumber: Bool

    /// - Parameter hasNumber: whether its number stays the same while it is used, as it need not over a network.
    init(of path: String, hasNumber: Bool) {
        self.path = path
        self.hasNumber = hasNumber
        file = FilePlace.file(at: path)
    }

    /// - Throws: a `Failure` where the file is there no longer, or another is in its place.
    func require() throws(Failure) {
        guard let file else { return }
        errno = 0
        if let found = FilePlace.file(at: path) {
            if !hasNumber || found == file { return }
        } else if errno != ENOENT, errno != ENOTDIR {
            // Nobody may look, and that says nothing.
            return
        }
        throw Failure(
            .notFound, "the database \"\(path)\" was deleted or replaced while it was in use",
            hint: "look how far the run has come, as it can't be resumed, and start it anew", code: "database_gone")
    }

    private static func file(at path: String) -> (dev_t, ino_t)? {
        var information = stat()
        return stat(path, &information) == 0 ? (information.st_dev, information.st_ino) : nil
    }
}
