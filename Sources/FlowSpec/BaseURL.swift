import FlowCore

/// Where requests go instead of a connector's own address: `http://localhost:8080` for all of them,
/// `slack=http://localhost:8080` for one.
package struct BaseURL: Sendable, Hashable {
    /// Only for this connector; nil is for all.
    package var connector: String?
    package var url: String

    /// nil where `text` holds no http or https URL.
    package init?(_ text: String) {
        url = text
        // A URL may hold "=" too, but not before its scheme.
        if let equals = text.firstIndex(of: "="), !text[..<equals].contains("/") {
            connector = String(text[..<equals])
            url = String(text[text.index(after: equals)...])
        }
        guard Origin(url) != nil else { return nil }
    }

    /// What ``init(_:)`` reads again.
    package var text: String { (connector.map { $0 + "=" } ?? "") + url }

    package func url(for connector: String) -> String? {
        self.connector == nil || self.connector == connector ? url : nil
    }
}
