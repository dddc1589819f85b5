import FlowCore
import FlowNodes
import Glibc

/// What the process was started with, as text. What is not UTF-8 is told rather than read with other characters in its
/// place: it would name another file, or be another password.
enum ProcessSurroundings {
    struct Variables: Sendable {
        var texts: [String: String] = [:]
        /// The names of those that are not UTF-8.
        var unreadable: Set<String> = []

        /// - Throws: an `Exit` of status `usage` where one that flowctl itself goes by can't be read.
        func requireOwn() throws {
            guard let name = unreadable.sorted().first(where: Variables.isOwn) else { return }
            throw Exit.usage(
                "the variable \(name) is not UTF-8 text", hint: "convert it, or give bytes as base64")
        }

        private static func isOwn(_ name: String) -> Bool {
            name.hasPrefix("FLOWCTL_") || name.hasPrefix("XDG_") || ["HOME", "PATH", "TMPDIR"].contains(name)
        }
    }

    static func variables() -> Variables {
        var variables = Variables()
        var entry = environ
        while let text = entry.pointee {
            if let equals = strchr(text, 0x3D) {
                let name = String(
                    decoding: UnsafeRawBufferPointer(start: text, count: equals - text), as: UTF8.self)
                if let value = String(validatingCString: equals + 1) {
                    variables.texts[name] = value
                } else {
                    variables.unreadable.insert(name)
                }
            }
            entry += 1
        }
        return variables
    }

    /// The words of the command line behind the name of the program. What is not UTF-8 in them has other characters in its
    /// place; ``requireArguments()`` refuses it.
    static var arguments: [String] { ProcessArguments.words.dropFirst().compactMap { $0.map { String(cString: $0) } } }

    /// - Throws: an `Exit` of status `usage` where one of the words on the command line is not UTF-8.
    static func requireArguments() throws {
        for case let text? in ProcessArguments.words.dropFirst() where String(validatingCString: text) == nil {
            throw Exit.usage(
                "the argument \"\(String(cString: text))\" is not UTF-8 text",
                hint: "rename the file, or convert the text; bytes can be given as base64")
        }
    }

    /// - Throws: a `Failure` where it is gone, or its name is not UTF-8.
    static func workingDirectory() throws(Failure) -> String {
        guard let path = getcwd(nil, 0) else {
            if errno == ENOENT {
                throw Failure(.notFound, "the working directory is gone", hint: "change to a folder that is there")
            }
            throw Session.failure("can't tell the working directory")
        }
        defer { free(path) }
        guard let text = String(validatingCString: path) else {
            throw Failure(
                .invalid, "the name of the working directory is not UTF-8 text: \(String(cString: path))",
                hint: "rename it, or change to another folder")
        }
        return text
    }
}
