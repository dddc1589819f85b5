import FlowCore

/// Addresses that are relative to the page they stand on (RFC 3986, 5.2).
enum AddressReference {
    /// - Parameter base: an absolute URL.
    /// - Returns: the absolute URL; nil where it would be none of `http` or `https`.
    static func resolve(_ reference: String, against base: String) -> String? {
        if Origin(reference) != nil { return reference }
        guard let origin = Origin(base), !hasScheme(reference) else { return nil }
        if reference.hasPrefix("//") {
            let address = origin.scheme + ":" + reference
            return Origin(address).map { _ in address }
        }
        let (path, query) = split(reference)
        let (basePath, baseQuery) = split(pathOnwards(base))
        if path.isEmpty { return origin.description + basePath + (query.isEmpty ? baseQuery : query) }
        let folder = basePath.lastIndex(of: "/").map { basePath[...$0] } ?? "/"
        let merged = path.hasPrefix("/") ? path : folder + path
        return origin.description + withoutDots(merged) + query
    }

    /// What no path may begin with: `mailto:`, `ftp:`.
    private static func hasScheme(_ reference: String) -> Bool {
        guard let end = reference.firstIndex(where: { ":/?#".contains($0) }) else { return false }
        return reference[end] == ":"
    }

    /// Of an absolute URL what follows its host.
    private static func pathOnwards(_ url: String) -> String {
        guard let start = url.firstRange(of: "://")?.upperBound,
            let end = url[start...].firstIndex(where: { "/?#".contains($0) })
        else { return "" }
        return String(url[end...])
    }

    /// Path and query, the latter with its `?`, without the fragment.
    private static func split(_ text: String) -> (path: Substring, query: Substring) {
        let text = text.prefix { $0 != "#" }
        let path = text.prefix { $0 != "?" }
        return (path, text[path.endIndex...])
    }

    /// An absolute path without `.` and `..` (RFC 3986, 5.2.4).
    private static func withoutDots(_ path: Substring) -> String {
        var kept: [Substring] = []
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            switch part {
            case ".": if isLast { kept.append("") }
            case "..":
                _ = kept.popLast()
                if isLast { kept.append("") }
            default: kept.append(part)
            }
        }
        return "/" + kept.joined(separator: "/")
    }
}
