import FlowCore

/// `--base-url [NAME=]URL`: where requests go instead of a connector's own address.
struct BaseURL: Sendable, Hashable {
    /// Only for this connector; nil is for all.
    var connector: String?
    var url: String

    /// - Throws: an `Exit` of status `usage` where it is no http or https URL.
    static func option(_ text: String?) throws -> BaseURL? {
        guard let text else { return nil }
        var base = BaseURL(connector: nil, url: text)
        // A URL may hold "=" too, but not before its scheme.
        if let equals = text.firstIndex(of: "="), !text[..<equals].contains("/") {
            base = BaseURL(connector: String(text[..<equals]), url: String(text[text.index(after: equals)...]))
        }
        guard Origin(base.url) != nil else {
            throw Exit.usage(
                "--base-url must be an http or https URL, not \"\(base.url)\"",
                hint: "write it as http://localhost:8080 or slack=http://localhost:8080")
        }
        return base
    }

    func url(for connector: String) -> String? { self.connector == nil || self.connector == connector ? url : nil }
}
