import FlowCore

/// What checking several files found.
struct DiagnosticReport {
    private var files: [(name: String, diagnostics: Diagnostics)] = []

    mutating func add(_ name: String, _ diagnostics: Diagnostics) { files.append((name, diagnostics)) }

    /// A file that couldn't be read at all.
    mutating func add(_ name: String, unreadable failure: Failure) {
        let place = SourceSpan(SourceText(name: name, text: ""), start: 0, end: 0)
        var diagnostics = Diagnostics()
        diagnostics.add(.error("unreadable", failure.message, at: place, hint: failure.hint))
        files.append((name, diagnostics))
    }

    /// Shows a line for each file that is right, and everything that is wrong with the others.
    ///
    /// - Throws: an `Exit` of status `invalidFile` where any file has an error.
    func show(on console: Console) throws {
        console.show(json: asValue) {
            for (name, diagnostics) in files {
                for diagnostic in diagnostics.sorted where diagnostic.severity == .error || !console.isQuiet {
                    console.complain(diagnostic)
                }
                if !diagnostics.hasErrors, !console.isQuiet { console.show("\(name): \("valid", .green)") }
            }
            let errors = files.flatMap(\.diagnostics.all).count { $0.severity == .error }
            if errors > 0 { console.note("\(errors) \(errors == 1 ? "error" : "errors")") }
        }
        if files.contains(where: \.diagnostics.hasErrors) { throw Exit.status(.invalidFile) }
    }

    private var asValue: Value {
        [
            "valid": .bool(!files.contains(where: \.diagnostics.hasErrors)),
            "files": .list(
                files.map { name, diagnostics in
                    [
                        "file": .string(name), "valid": .bool(!diagnostics.hasErrors),
                        "diagnostics": .list(diagnostics.sorted.map(\.asValue)),
                    ]
                }),
        ]
    }
}
