import FlowSpec

extension BaseURL {
    /// Reads `--base-url [NAME=]URL`.
    ///
    /// - Parameter texts: as often as it was given.
    /// - Throws: an `Exit` of status `usage` where it is no http or https URL, or there is more than one.
    static func option(_ texts: [String]) throws -> BaseURL? {
        guard let text = texts.first else { return nil }
        if texts.count > 1 {
            throw Exit.usage("--base-url is given more than once", hint: "give one")
        }
        if let base = BaseURL(text) { return base }
        let url = text.firstIndex(of: "=").map { String(text[text.index(after: $0)...]) } ?? text
        throw Exit.usage(
            "--base-url must be an http or https URL, not \"\(url)\"",
            hint: "write it as http://localhost:8080 or slack=http://localhost:8080")
    }
}
