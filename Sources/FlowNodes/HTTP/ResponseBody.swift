import FlowCore
import FlowSpec

/// The body of a response as a value, by its content type.
struct ResponseBody {
    private let response: HTTPResponse
    private let isAsItCame: Bool

    /// - Parameter isAsItCame: whether no coding of its content has been undone.
    init(_ response: HTTPResponse, isAsItCame: Bool) {
        self.response = response
        self.isAsItCame = isAsItCame
    }

    /// - Parameter format: `auto`, `json`, `text` or `bytes`.
    /// - Throws: `protocol` where the body isn't what its content type says.
    func value(as format: String) throws(Failure) -> Value {
        if case .file(let file) = response.body { return .file(file) }
        let bytes = response.bytes
        let characters = CharacterSet(bytes, contentType: response.headers["Content-Type"])
        switch format == "auto" ? automatic(characters) : format {
        case "json":
            if bytes.isEmpty { return .null }
            do {
                // JSON is UTF-8 unless a sender says otherwise, which some do.
                return try JSON.parse(characters.name == "utf-8" ? bytes : Array(try text(characters).utf8))
            } catch {
                throw Failure(
                    .protocolError, "\(server) sent JSON that can't be read: \(error.message)",
                    hint: "read it with as: \(characters.text(bytes) == nil ? "bytes" : "text") to see what it is",
                    code: "invalid_json")
            }
        case "text": return .string(try text(characters))
        default: return .bytes(bytes)
        }
    }

    private func automatic(_ characters: CharacterSet) -> String {
        // Its type is that of what is packed in it.
        if isAsItCame, !response.headers.contentCodings.isEmpty { return "bytes" }
        let type = mediaType
        if type == "application/json" || type.hasSuffix("+json") { return "json" }
        let isText =
            type.isEmpty || type.hasPrefix("text/") || type.hasSuffix("+xml") || ResponseBody.textTypes.contains(type)
        return isText && characters.text(response.bytes) != nil ? "text" : "bytes"
    }

    private func text(_ characters: CharacterSet) throws(Failure) -> String {
        guard let text = characters.text(response.bytes) else {
            throw Failure(
                .protocolError, "\(server) sent text that can't be read as \(terminalSafe(characters.name))",
                hint: "read it with as: bytes", code: "invalid_text")
        }
        return text
    }

    private var mediaType: String {
        let type = (response.headers["Content-Type"] ?? "").utf8.prefix { $0 != UInt8(ascii: ";") }
        return String(decoding: type.filter { $0 > 0x20 }, as: UTF8.self).lowercased()
    }

    private var server: String { Origin(response.url)?.host ?? "the server" }

    private static let textTypes: Set<String> = [
        "application/xml", "application/yaml", "application/x-yaml", "application/javascript", "application/x-ndjson",
        "application/jsonl", "application/x-www-form-urlencoded", "application/graphql", "application/toml",
    ]
}
