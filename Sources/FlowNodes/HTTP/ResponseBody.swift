import FlowCore

/// The body of a response as a value, by its content type.
struct ResponseBody {
    private let response: HTTPResponse

    init(_ response: HTTPResponse) { self.response = response }

    /// - Parameter format: `auto`, `json`, `text` or `bytes`.
    /// - Throws: `protocol` where the body isn't what its content type says.
    func value(as format: String) throws(Failure) -> Value {
        if case .file(let file) = response.body { return .file(file) }
        let bytes = response.bytes
        switch format == "auto" ? automatic : format {
        case "json":
            if bytes.isEmpty { return .null }
            let characters = characters
            do {
                // JSON is UTF-8 unless a sender says otherwise, which some do.
                return try JSON.parse(characters.name == "utf-8" ? bytes : Array(try text(characters).utf8))
            } catch {
                throw Failure(
                    .protocolError, "\(server) sent JSON that can't be read: \(error.message)",
                    hint: "read it with as: text to see what it is", code: "invalid_json")
            }
        case "text": return .string(try text(characters))
        default: return .bytes(bytes)
        }
    }

    private var automatic: String {
        let type = mediaType
        if type == "application/json" || type.hasSuffix("+json") { return "json" }
        let isText =
            type.isEmpty || type.hasPrefix("text/") || type.hasSuffix("+xml") || ResponseBody.textTypes.contains(type)
        return isText && characters.text(response.bytes) != nil ? "text" : "bytes"
    }

    private var characters: CharacterSet {
        CharacterSet(response.bytes, contentType: response.headers["Content-Type"])
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
        let type = (response.headers["Content-Type"] ?? "").prefix { $0 != ";" }
        return type.filter { !$0.isWhitespace }.lowercased()
    }

    private var server: String { Origin(response.url)?.host ?? "the server" }

    private static let textTypes: Set<String> = [
        "application/xml", "application/yaml", "application/x-yaml", "application/javascript", "application/x-ndjson",
        "application/jsonl", "application/x-www-form-urlencoded", "application/graphql", "application/toml",
    ]
}
