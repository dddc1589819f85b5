import FlowCore

/// A file that goes with a message: its path, a file, or a map `{file, content, name, media_type, inline, content_id}`.
struct MailAttachment {
    enum Content {
        case bytes([UInt8])
        case file(FileReference)
    }

    let name: String
    let mediaType: String
    let content: Content
    /// Whether it is shown within the text, not below it.
    let isInline: Bool
    /// What HTML names it by, as in `cid:logo`.
    let contentID: String?

    private static let keys = ["file", "content", "name", "media_type", "inline", "content_id"]

    init(_ value: Value, _ surroundings: MailSurroundings) throws(Failure) {
        let map = value.mapValue ?? ValueMap([("file", value)])
        if let unknown = map.names.first(where: { !Self.keys.contains($0) }) {
            throw Failure(
                .invalid, "an attachment has no \(JSON.quoted(unknown))",
                hint: Suggestion.didYouMean(unknown, among: Self.keys) ?? "use \(Self.keys.joined(separator: ", "))")
        }
        let (content, givenName, givenType) = try Self.content(of: map, surroundings)
        self.content = content
        name = map["name"]?.stringValue ?? givenName ?? "attachment"
        try HeaderText.requireOneLine(name, "name")
        let type = map["media_type"]?.stringValue ?? givenType ?? MediaType.ofFile(name) ?? "application/octet-stream"
        try Self.check(mediaType: type)
        mediaType = Self.isText(map["content"]) ? Self.namingCharacters(type) : type
        let id = map["content_id"]?.stringValue
        isInline = map["inline"]?.boolValue ?? (id != nil)
        contentID = isInline ? id ?? name : nil
        if let contentID { try Self.check(contentID: contentID) }
    }

    var size: Int64 {
        switch content {
        case .bytes(let bytes): Int64(bytes.count)
        case .file(let file): file.size
        }
    }

    private static func content(
        of map: ValueMap, _ surroundings: MailSurroundings
    ) throws(Failure) -> (Content, name: String?, mediaType: String?) {
        switch (map["file"]?.revealed, map["content"]?.revealed) {
        case (.file(let known)?, nil):
            // It may have changed since it was made.
            let file = try surroundings.file(known.path)
            return (.file(file), known.name, known.mediaType)
        case (.string(let path)?, nil):
            let file = try surroundings.file(path)
            return (.file(file), file.name, file.mediaType)
        case (nil, .bytes(let bytes)?): return (.bytes(bytes), nil, nil)
        case (nil, .string(let text)?): return (.bytes(Array(text.utf8)), nil, nil)
        default:
            throw Failure(
                .invalid, "an attachment has neither a file nor content",
                hint: "write a path, or {content: …, name: …}")
        }
    }

    private static func isText(_ content: Value?) -> Bool {
        if case .string? = content?.revealed { return true }
        return false
    }

    /// Without it readers take text for ASCII. Of a file nobody knows what it is.
    private static func namingCharacters(_ mediaType: String) -> String {
        let type = mediaType.lowercased()
        return type.hasPrefix("text/") && !type.contains("charset") ? mediaType + "; charset=utf-8" : mediaType
    }

    private static func check(mediaType: String) throws(Failure) {
        guard mediaType.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }), mediaType.contains("/") else {
            throw Failure(.invalid, "\"media_type\" of an attachment is none", hint: "write it as text/plain")
        }
        // These may not be encoded (RFC 2046, 5.1 and 5.2), and files are.
        let main = mediaType.prefix { $0 != "/" }.lowercased()
        guard main != "message", main != "multipart" else {
            throw Failure(
                .invalid, "an attachment can't be of the type \(terminalSafe(mediaType))",
                hint: "give it the media_type application/octet-stream, and a name that ends in .eml")
        }
    }

    private static func check(contentID: String) throws(Failure) {
        guard !contentID.isEmpty, contentID.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"<>\"".utf8.contains($0) })
        else {
            throw Failure(
                .invalid, "an inline attachment has no name that HTML can name it by",
                hint: "give it a content_id of letters and digits, such as logo, and write src=\"cid:logo\"")
        }
    }
}
