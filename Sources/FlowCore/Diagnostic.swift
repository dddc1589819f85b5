/// Something wrong, doubtful or worth knowing in a file, found before anything runs.
package struct Diagnostic: Sendable, Hashable, Error {
    package enum Severity: String, Sendable, Hashable, Comparable {
        case error, warning, note

        private var rank: Int { self == .error ? 0 : self == .warning ? 1 : 2 }
        package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
    }

    /// A change to the text that mends the problem.
    package struct Edit: Sendable, Hashable {
        package var span: SourceSpan
        package var replacement: String

        package init(span: SourceSpan, replacement: String) {
            self.span = span
            self.replacement = replacement
        }
    }

    package var severity: Severity
    /// Stable kebab-case name, such as `unknown-key`.
    package var id: String
    /// Lower case, the user's own text in quotes.
    package var message: String
    package var span: SourceSpan
    /// An imperative sentence that can be followed, or "did you mean …".
    package var hint: String?
    package var edit: Edit?

    package init(
        _ severity: Severity, _ id: String, _ message: String, at span: SourceSpan, hint: String? = nil,
        edit: Edit? = nil
    ) {
        self.severity = severity
        self.id = id
        self.message = message
        self.span = span
        self.hint = hint
        self.edit = edit
    }

    package static func error(
        _ id: String, _ message: String, at span: SourceSpan, hint: String? = nil, edit: Edit? = nil
    ) -> Diagnostic {
        Diagnostic(.error, id, message, at: span, hint: hint, edit: edit)
    }
}

extension Diagnostic {
    /// The diagnostic as a person reads it:
    ///
    ///     workflow.yaml:12:7: error: unknown key "chanel" [unknown-key]
    ///        12 |       chanel: "#eng"
    ///           |       ^~~~~~
    ///        hint: did you mean "channel"?
    package var rendered: String {
        let position = span.position
        var text = "\(span.location): \(severity.rawValue): \(message) [\(id)]"
        let (shown, caretColumn) = span.source.window(around: position)
        if !shown.isEmpty {
            let number = String(position.line)
            let gutter = String(repeating: " ", count: max(0, 5 - number.count)) + number
            let blank = String(repeating: " ", count: gutter.count)
            let lineEnd = shown.unicodeScalars.count - (caretColumn - 1)
            let width = max(1, min(span.end - span.start, lineEnd))
            let caret = String(repeating: " ", count: caretColumn - 1) + "^" + String(repeating: "~", count: width - 1)
            text += "\n\(gutter) | \(shown)\n\(blank) | \(caret)"
        }
        if let hint { text += "\n  hint: \(hint)" }
        return text
    }

    /// The same as JSON: `severity`, `id`, `message`, `file`, `line`, `column`, `hint`.
    package var asValue: Value {
        let position = span.position
        return [
            "severity": .string(severity.rawValue), "id": .string(id), "message": .string(message),
            "file": .string(span.source.name), "line": .int(Int64(position.line)),
            "column": .int(Int64(position.column)), "hint": hint.map(Value.string) ?? .null,
        ]
    }
}

/// Collects the diagnostics of one reading, so that all the mistakes of a file come in one go.
package struct Diagnostics: Sendable {
    package private(set) var all: [Diagnostic] = []
    private var known: Set<Diagnostic> = []

    package init() {}

    /// Adds one; the same a second time changes nothing.
    package mutating func add(_ diagnostic: Diagnostic) {
        if known.insert(diagnostic).inserted { all.append(diagnostic) }
    }

    package mutating func add(contentsOf other: some Sequence<Diagnostic>) {
        for diagnostic in other { add(diagnostic) }
    }

    package mutating func error(_ id: String, _ message: String, at span: SourceSpan, hint: String? = nil) {
        add(.error(id, message, at: span, hint: hint))
    }

    package mutating func warning(_ id: String, _ message: String, at span: SourceSpan, hint: String? = nil) {
        add(Diagnostic(.warning, id, message, at: span, hint: hint))
    }

    package mutating func note(_ id: String, _ message: String, at span: SourceSpan, hint: String? = nil) {
        add(Diagnostic(.note, id, message, at: span, hint: hint))
    }

    package var hasErrors: Bool { all.contains { $0.severity == .error } }

    /// In the order of the text.
    package var sorted: [Diagnostic] {
        all.sorted { ($0.span.source.name, $0.span.start) < ($1.span.source.name, $1.span.start) }
    }
}
