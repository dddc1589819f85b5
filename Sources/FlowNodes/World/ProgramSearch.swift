import Glibc

/// Finds programs as a shell does.
///
/// swift-subprocess finds them too, but by starting a child for each folder of `PATH` until one succeeds, which costs
/// more than the program where `PATH` is long.
enum ProgramSearch {
    /// Where the program is; nil where it is in none of the folders.
    static func path(of program: String, in folders: String?) -> String? {
        guard !program.contains("/") else { return program }
        for folder in (folders ?? "").split(separator: ":") where folder.hasPrefix("/") {
            let candidate = "\(folder)/\(program)"
            if isProgram(candidate) { return candidate }
        }
        return nil
    }

    private static func isProgram(_ path: String) -> Bool {
        var info = stat()
        return access(path, X_OK) == 0 && stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFREG
    }
}
