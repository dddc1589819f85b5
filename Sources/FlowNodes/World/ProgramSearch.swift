import Glibc

/// Finds programs as a shell does, in the `PATH` that the child gets.
enum ProgramSearch {
    /// Where programs of all kinds expect the system's shell. To look through all folders for it would be a part of what
    /// a small step costs.
    private static let shell = "/bin/sh"

    /// Where the program is; nil where it is in none of the folders.
    static func path(of program: String, in folders: String?) -> String? {
        guard !program.contains("/") else { return program }
        if program == "sh", isProgram(shell) { return shell }
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

    /// The program that a script names in its first line, `#!/bin/sh`; nil where the file is no script.
    static func interpreter(of path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        // Linux looks at no more than this.
        let start = [UInt8](unsafeUninitializedCapacity: 256) { $1 = fread($0.baseAddress, 1, 256, file) }
        guard start.starts(with: Array("#!".utf8)) else { return nil }
        let line = start.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        return String(decoding: line.drop(while: isBlank).prefix { !isBlank($0) }, as: UTF8.self)
    }
}
