import Glibc

/// What has the name that a new file is to get.
package enum ReplacedFile {
    /// Why a file must not get the name.
    package enum Objection: String, Sendable {
        case isFolder = "it is a folder"
        /// A device, pipe or socket, which would not be written to but put out of use: where it is `/dev/null`, for everybody
        /// on the machine.
        case isSpecial = "it is no regular file"
    }

    /// nil where nothing or a regular file has the name.
    package static func objection(to path: String) -> Objection? {
        var information = stat()
        guard stat(path, &information) == 0 else { return nil }
        switch information.st_mode & S_IFMT {
        case S_IFREG: return nil
        case S_IFDIR: return .isFolder
        default: return .isSpecial
        }
    }
}
