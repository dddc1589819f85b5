import FlowCore
import Glibc

/// What an errno means for a file operation, with the path and what to do.
enum FileFailure {
    /// - Parameter action: what was being done, as in `can't read`: `read`, `write`, `list`.
    static func failure(_ action: String, _ path: String, errno code: Int32) -> Failure {
        let start = "can't \(action) \"\(path)\""
        switch code {
        case ENOENT:
            return Failure(
                .notFound, "\(start): there is no such file or folder", hint: "check the path", code: "ENOENT")
        case EACCES, EPERM:
            return Failure(
                .permission, "\(start): permission denied", hint: "check the permissions with \"ls -ld\"",
                code: code == EACCES ? "EACCES" : "EPERM")
        case ENOSPC:
            return Failure(
                .transient, "\(start): the disk is full", hint: "free some space, then resume", code: "ENOSPC")
        case EDQUOT:
            return Failure(
                .transient, "\(start): the disk quota is used up", hint: "free some space, then resume",
                code: "EDQUOT")
        case EROFS:
            return Failure(
                .permission, "\(start): the file system is read-only", hint: "choose a path on another file system",
                code: "EROFS")
        case EISDIR:
            return Failure(.invalid, "\(start): it is a folder", hint: "name a file", code: "EISDIR")
        case ENOTDIR:
            return Failure(
                .invalid, "\(start): a part of the path is not a folder", hint: "check the path", code: "ENOTDIR")
        case ENOTEMPTY:
            return Failure(
                .conflict, "\(start): the folder is not empty", hint: "set recursive: true to delete all it holds",
                code: "ENOTEMPTY")
        case EEXIST:
            return Failure(.conflict, "\(start): it exists already", hint: "choose another path", code: "EEXIST")
        case ENAMETOOLONG:
            return Failure(
                .invalid, "\(start): the name is too long", hint: "choose a shorter one", code: "ENAMETOOLONG")
        case EMFILE, ENFILE:
            return Failure(
                .transient, "\(start): too many files are open", hint: "raise the limit with \"ulimit -n\"",
                code: "EMFILE")
        default:
            return Failure(.invalid, "\(start): \(String(cString: strerror(code)))", code: "errno \(code)")
        }
    }
}
