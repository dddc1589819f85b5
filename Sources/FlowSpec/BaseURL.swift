import FlowCore

/// Where `--base-url` sends requests instead: those of every connector, or `slack=http://localhost:8080` for one.
package struct BaseURL: Sendable, Hashable {
    /// Those for one connector each, by its name.
    private var urls: [String: String] = [:]
    /// For all others.
    private var usual: String?
    /// Whether mocks of all apps are there, each below a path of its name.
    package private(set) var isMock = false

    /// What can't be read in the texts of an option.
    package enum Mistake: Error, Hashable {
        /// It is no http or https URL.
        case noURL(String)
        /// The connector has one already; nil stands for all of them.
        case twice(String?)
    }

    /// - Parameter texts: `URL` or `NAME=URL` each, of which no two are for the same.
    package init(options texts: [String]) throws(Mistake) {
        for text in texts {
            var (connector, url): (String?, String) = (nil, text)
            // A URL may hold "=" too, but not before its scheme.
            if let equals = text.firstIndex(of: "="), !text[..<equals].contains("/") {
                (connector, url) = (String(text[..<equals]), String(text[text.index(after: equals)...]))
            }
            guard Origin(url) != nil else { throw .noURL(url) }
            guard connector.map({ urls[$0] }) ?? usual == nil else { throw .twice(connector) }
            if let connector { urls[connector] = url } else { usual = url }
        }
    }

    /// Mocks of all apps.
    package init?(mocksAt url: String) {
        guard Origin(url) != nil else { return nil }
        (usual, isMock) = (url, true)
    }

    /// Reads what ``text`` gave; nil where it is something else.
    package init?(_ text: String) {
        if text.hasPrefix(BaseURL.mark) {
            self.init(mocksAt: String(text.dropFirst(BaseURL.mark.count)))
        } else {
            try? self.init(options: text.split(separator: "\n").map(String.init))
        }
    }

    private static let mark = "mock:"

    /// What a text reads again: one line for each URL.
    package var text: String {
        if isMock { return BaseURL.mark + (usual ?? "") }
        let named = urls.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return (named + [usual].compactMap(\.self)).joined(separator: "\n")
    }

    /// The connectors that have one of their own.
    package var connectors: [String] { urls.keys.sorted() }

    /// Whether a mock answers what a node sends.
    package func isMock(for node: NodeSpec) -> Bool { isMock && node.source != .native }

    /// For a node; there are mocks of apps only.
    package func url(for node: NodeSpec) -> String? {
        isMock && node.source == .native ? nil : url(for: node.group)
    }

    package func url(for connector: String) -> String? {
        isMock ? usual.map { "\($0)/\(connector)" } : urls[connector] ?? usual
    }
}
