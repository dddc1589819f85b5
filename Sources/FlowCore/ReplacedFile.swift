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

    /// Where a file that is to get the name comes to stand: what the name links to, where it is a symbolic link; nil where
    /// that leads nowhere, or the system doesn't let this user follow it.
    package static func target(of path: String) -> String? {
        var information = stat()
        guard lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFLNK else { return path }
        // The system follows it: in a folder for everybody, such as /tmp, it refuses links that others have laid.
        let descriptor = open(path, pathOnly | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard let real = realpath("/proc/self/fd/\(descriptor)", nil) else { return nil }
        defer { free(real) }
        var found = stat()
        guard fstat(descriptor, &information) == 0, stat(real, &found) == 0,
            (found.st_dev, found.st_ino) == (information.st_dev, information.st_ino)
        else { return nil }
        return String(cString: real)
    }

    /// O_PATH, which the Glibc module lacks.
    private static let pathOnly: Int32 = 0o10000000

    /// Bytes of a name on every usual file system of Linux.
    private static let longestName = 255

    /// Whether the last part of the path is short enough for a name.
    package static func mayBeName(_ path: String) -> Bool { name(of: path).utf8.count <= longestName }

    /// A name for what stands beside `path` until it takes its place: its own and `suffix`, cut so that it may be a name.
    package static func beside(_ path: String, _ suffix: String) -> String {
        let over = name(of: path).utf8.count + suffix.utf8.count - longestName
        guard over > 0 else { return path + suffix }
        var kept = Substring(path)
        while path.utf8.count - kept.utf8.count < over, kept.last != "/", !kept.isEmpty { kept.removeLast() }
        return kept + suffix
    }

    private static func name(of path: String) -> Substring { path.split(separator: "/").last ?? "" }
}
