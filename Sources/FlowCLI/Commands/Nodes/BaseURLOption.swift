import FlowSpec

extension BaseURL {
    /// Reads `--base-url [NAME=]URL`.
    ///
    /// - Throws: an `Exit` of status `usage` where it is no http or https URL.
    static func option(_ text: String?) throws -> BaseURL? {
        guard let text else { return nil }
        if let base = BaseURL(text) { return base }
        let url = text.firstIndex(of: "=").map { String(text[text.index(after: $0)...]) } ?? text
        throw Exit.usage(
            "--base-url must be an http or https URL, not \"\(url)\"",
            hint: "write it as http://localhost:8080 or slack=http://localhost:8080")
    }
}
