import FlowCore
import FlowYAML

/// What `Contract/APP.yaml` says of an app's contract: where we know better than the vendor's document, or why there is
/// no document to compare with.
///
///     exceptions:
///       - { request: GET /conversations.list, name: team_id, reason: "2026-11: newer than the document" }
struct ContractNotes {
    struct Exception {
        /// How the request's line begins, with the path as it is sent or as the document has it; empty for any.
        var request: String
        /// The parameter or member, with what is in it; `*.NAME` for a member wherever it stands; nil for the whole
        /// request.
        var name: String?
        var reason: String

        func covers(_ complaint: ContractComplaint) -> Bool {
            guard complaint.line.hasPrefix(request) || complaint.pattern.hasPrefix(request) else { return false }
            guard let name else { return true }
            if name.hasPrefix("*.") { return ("." + (complaint.name ?? "")).hasSuffix(name.dropFirst()) }
            guard let found = complaint.name, found.hasPrefix(name) else { return false }
            return [nil, ".", "["].contains(found.dropFirst(name.count).first)
        }

        /// Whether the reason says when that was so.
        var isDated: Bool { reason.prefixMatch(of: /20\d\d-\d\d(-\d\d)?: ./) != nil }
    }

    /// Why the connector names no document.
    var none: String?
    var exceptions: [Exception] = []

    static let folder = TestFiles.folder + "/Contract"

    /// - Throws: the first mistake in the file; no file is no notes.
    static func of(_ app: String) throws -> ContractNotes {
        guard let bytes = TestFiles.read("\(folder)/\(app).yaml") else { return ContractNotes() }
        var diagnostics = Diagnostics()
        let notes = ContractNotes(SourceText(name: "\(app).yaml", bytes: bytes), &diagnostics)
        if let first = diagnostics.sorted.first { throw first }
        return notes
    }

    init() {}

    init(_ text: SourceText, _ diagnostics: inout Diagnostics) {
        guard let root = YAML.read(text, diagnostics: &diagnostics),
            let map = MapDecoder(root, "the notes of a contract", &diagnostics)
        else { return }
        map.finish(["none", "exceptions"], &diagnostics)
        none = map.string("none", &diagnostics)
        for node in map.list("exceptions", &diagnostics) ?? [] {
            guard let entry = MapDecoder(node, "an exception", &diagnostics) else { continue }
            entry.finish(["request", "name", "reason"], &diagnostics)
            exceptions.append(
                Exception(
                    request: entry.string("request", &diagnostics) ?? "", name: entry.string("name", &diagnostics),
                    reason: entry.requiredString("reason", &diagnostics) ?? ""))
        }
    }
}
