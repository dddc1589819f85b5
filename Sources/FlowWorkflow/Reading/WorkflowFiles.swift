package import FlowCore

/// Gives the files that `uses: ./other.yaml` names.
package protocol WorkflowFiles: Sendable {
    /// - Parameter name: the path from where flowctl runs, with `.` and `..` resolved by text: `flows/other.yaml`.
    /// - Throws: a `Failure` where it can't be read.
    func source(named name: String) throws(Failure) -> SourceText
}

/// Files that are at hand, such as those in the snapshot of a run.
package struct StoredWorkflowFiles: WorkflowFiles {
    private let files: [String: [UInt8]]

    package init(_ files: [String: [UInt8]] = [:]) { self.files = files }

    package func source(named name: String) throws(Failure) -> SourceText {
        guard let bytes = files[name] else { throw Failure(.notFound, "there is no file \"\(name)\"") }
        return SourceText(name: name, bytes: bytes)
    }
}

/// Paths of workflow files, as text.
enum WorkflowPath {
    /// Whether what `uses` says is a file and no node.
    static func isPath(_ text: String) -> Bool {
        (text.hasPrefix("./") || text.hasPrefix("../") || text.hasPrefix("/")) && !text.contains("${{")
    }

    /// `path` as it is meant in the file `caller`: `shared/note.yaml` for `../shared/note.yaml` in `flows/main.yaml`.
    static func resolved(_ path: String, in caller: String) -> String {
        guard !path.hasPrefix("/") else { return normal(path) }
        return normal((caller.lastIndex(of: "/").map { String(caller[...$0]) } ?? "") + path)
    }

    /// Without `.`, and without `..` after a folder.
    static func normal(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else if part != ".." || !path.hasPrefix("/") {
                parts.append(part)
            }
        }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }
}
