import FlowCore
import FlowSpec

/// What an answer says about the file it sends, to tell whether a later answer sends the same one.
struct Edition {
    /// Bytes of the whole file.
    let size: Int64?
    /// What `If-Range` can name (RFC 9110, 13.1.5); nil where the rest can't be asked for.
    let validator: String?
    /// Whether the content was compressed on the way, so that lengths and digests are not those of the file.
    let isEncoded: Bool

    init(_ headers: HTTPHeaders) {
        isEncoded = headers["content-encoding"].map { $0.lowercased() != "identity" } ?? false
        size = isEncoded ? nil : headers["content-length"].flatMap { Int64($0) }
        let refuses = headers["accept-ranges"]?.lowercased() == "none"
        validator = isEncoded || refuses || headers["content-range"] != nil ? nil : Edition.validator(headers)
    }

    /// A strong ETag, or a date that is old enough to be one: two editions of the same second share it.
    private static func validator(_ headers: HTTPHeaders) -> String? {
        if let tag = headers["etag"] { return tag.hasPrefix("\"") && tag.count > 2 ? tag : nil }
        guard let text = headers["last-modified"], let modified = Timestamp(httpDate: text),
            let sent = headers["date"].flatMap(Timestamp.init(httpDate:)), sent.since(modified) >= .seconds(60)
        else { return nil }
        return text
    }
}

/// `Content-Range: bytes 100-199/1000` (RFC 9110, 14.4).
struct ContentRange {
    let start: Int64
    let total: Int64?

    init?(_ headers: HTTPHeaders) {
        let words = (headers["content-range"] ?? "").split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let parts = words[1].split(separator: "/")
        let bounds = parts.first?.split(separator: "-").compactMap { Int64($0) } ?? []
        guard parts.count == 2, bounds.count == 2, bounds[0] <= bounds[1] else { return nil }
        start = bounds[0]
        total = Int64(parts[1])
    }
}
