import FlowConnect

/// A workflow to begin with: one of the files under `templates/`, which are part of the binary.
///
/// Its first line is a comment that says what it shows, its second the workflow's name.
struct Starter {
    var name: String
    var summary: String
    private var lines: [Substring]

    private init(_ file: EmbeddedCatalog.File) {
        name = file.name
        lines = String(decoding: file.bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        summary = String(lines.removeFirst().drop { $0 == "#" || $0 == " " })
    }

    /// The file with the workflow named `name`.
    func text(named name: String) -> String {
        lines.map { $0.hasPrefix("name:") ? "name: \(Starter.valid(name))" : String($0) }.joined(separator: "\n")
    }

    /// A workflow's name from a file's: letters, digits, `-` and `_`.
    private static func valid(_ name: String) -> String {
        let text = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") ? $0 : "-" })
        return text.isEmpty ? "workflow" : text
    }

    /// The simplest first, then by name.
    static var all: [Starter] {
        EmbeddedCatalog.files.filter { $0.path.hasPrefix("templates/") }.map(Starter.init)
            .sorted { ($0.name == simplest ? "" : $0.name) < ($1.name == simplest ? "" : $1.name) }
    }

    static let simplest = "hello"
}
