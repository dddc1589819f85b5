import FlowCore

/// Where requests go instead of a connector's own address: `http://localhost:8080` for all of them,
/// `slack=http://localhost:8080` for one.
package struct BaseURL: Sendable, Hashable {
    /// Only for this connector; nil is for all.
    package var connector: String?
    package var url: String
    /// Whether mocks of all apps are there, each below a path of its name.
    package var isMock = false

    /// nil where `text` holds no http or https URL.
    package init?(_ text: String) {
        let mark = "mock:"
        isMock = text.hasPrefix(mark)
        let text = isMock ? String(text.dropFirst(mark.count)) : text
        url = text
        // A URL may hold "=" too, but not before its scheme.
        if let equals = text.firstIndex(of: "="), !text[..<equals].contains("/") {
            connector = String(text[..<equals])
            url = String(text[text.index(after: equals)...])
        }
        guard Origin(url) != nil else { return nil }
    }

    /// What ``init(_:)`` reads again.
    package var text: String { (isMock ? "mock:" : "") + (connector.map { $0 + "=" } ?? "") + url }

    /// For a node; there are mocks of apps only.
    package func url(for node: NodeSpec) -> String? {
        isMock && node.source == .native ? nil : url(for: node.group)
    }

    package func url(for connector: String) -> String? {
        if isMock { return "\(url)/\(connector)" }
        return self.connector == nil || self.connector == connector ? url : nil
    }
}
