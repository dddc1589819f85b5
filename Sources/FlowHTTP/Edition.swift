import FlowCore
import FlowSpec

/// What an answer says about the file it sends, to tell whether a later answer sends the same one.
struct Edition {
    /// Bytes of the whole file.
    var size: Int64?
    /// What `If-Range` can name (RFC 9110, 13.1.5); nil where the rest can't be asked for.
    let validator: String?
    private let tag: String?
    private let modified: String?

    init(_ headers: HTTPHeaders) {
        // A length beside a transfer coding means nothing (RFC 9112, 6.3).
        let isCoded = headers["transfer-encoding"].map { $0.lowercased() != "identity" } ?? false
        size = isCoded ? nil : headers["content-length"].flatMap { Int64($0) }
        tag = headers["etag"]
        modified = headers["last-modified"]
        let refuses = headers["accept-ranges"]?.lowercased() == "none"
        let named = refuses || headers["content-range"] != nil ? nil : Edition.validator(headers)
        // What goes into a request as it came must not be able to end its line.
        validator = named.flatMap { $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } ? $0 : nil }
    }

    /// A strong ETag, or a date that is as good as one.
    private static func validator(_ headers: HTTPHeaders) -> String? {
        if let tag = headers["etag"] { return tag.hasPrefix("\"") && tag.count > 2 ? tag : nil }
        return date(headers)
    }

    /// The date of the last change where it is old enough to tell editions apart: two of the same second share it
    /// (RFC 9110, 8.8.2.2).
    static func date(_ headers: HTTPHeaders) -> String? {
        guard let text = headers["last-modified"], let modified = Timestamp(httpDate: text),
            let sent = headers["date"].flatMap(Timestamp.init(httpDate:)), sent.since(modified) >= .seconds(60)
        else { return nil }
        return text
    }

    /// Whether nothing that both answers say of their file differs (RFC 9110, 15.3.7.3).
    func mayBe(_ other: Edition) -> Bool {
        (tag == nil || other.tag == nil || tag == other.tag)
            && (modified == nil || other.modified == nil || modified == other.modified)
    }
}

/// `Content-Range: bytes 100-199/1000` (RFC 9110, 14.4).
struct ContentRange {
    let start: Int64
    /// The place behind its last byte.
    let end: Int64
    /// Bytes of the whole file; nil where the server doesn't know.
    let total: Int64?

    /// Whether it is all of the file.
    var isWhole: Bool { start == 0 && end == total }

    init?(_ headers: HTTPHeaders) {
        let words = (headers["content-range"] ?? "").split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let parts = words[1].split(separator: "/")
        let bounds = parts.first?.split(separator: "-", omittingEmptySubsequences: false).compactMap { Int64($0) } ?? []
        guard parts.count == 2, bounds.count == 2, 0 <= bounds[0], bounds[0] <= bounds[1], bounds[1] < Int64.max
        else { return nil }
        start = bounds[0]
        end = bounds[1] + 1
        total = Int64(parts[1])
        if let total, total < end { return nil }
    }
}
