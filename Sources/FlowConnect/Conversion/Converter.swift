import FlowCore

/// What an argument is made to before it takes its place in a request.
enum Converter: String, Sendable, CaseIterable {
    /// Markdown to the document format of ``DocumentFormat``; a map is such a document already.
    case adf
    /// A map to a mail message, as ``Conversion/message(_:)`` does it.
    case rfc5322
    case base64
    /// RFC 4648, 5, without padding.
    case base64url
    case jsonString = "json_string"
    case jsonASCII = "json_ascii"
    /// Of a text that a service gives percent-encoded, as it would be encoded once more in an address; of a list each.
    case percentDecode = "percent_decode"
    /// A time to its second in UTC, `2026-01-31T09:00:00Z`, for services that read no other form.
    case utcSeconds = "utc_seconds"

    /// - Throws: a failure of kind `invalid` where `value` is not what is converted.
    func convert(_ value: Value, _ surroundings: Conversion) throws(Failure) -> Value {
        switch self {
        case .adf:
            if value.mapValue != nil { return value }
            guard let text = value.stringValue else { throw unfit(value, "text or a document") }
            return DocumentFormat.document(text)
        case .rfc5322: return .string(try surroundings.message(value))
        case .base64: return .string(Base64.encode(try bytes(value, surroundings)))
        case .base64url: return .string(Base64.encode(try bytes(value, surroundings), alphabet: .url))
        case .jsonString: return .string(JSON.text(value))
        case .jsonASCII: return .string(ASCIIJSON.text(value))
        case .percentDecode:
            if let items = value.listValue {
                return .list(try items.map { item throws(Failure) in try convert(item, surroundings) })
            }
            guard let text = value.stringValue else { throw unfit(value, "text") }
            return .string(PercentEncoding.decode(text))
        case .utcSeconds:
            guard let time = Converter.time(value) else {
                // What can't be known yet stays in view.
                if surroundings.isPreview { return value }
                throw unfit(value, "a time")
            }
            return .string(Timestamp(seconds: time.seconds).rfc3339)
        }
    }

    private static func time(_ value: Value) -> Timestamp? {
        if case .timestamp(let time) = value { return time }
        return value.stringValue.flatMap(Timestamp.init(rfc3339:))
    }

    private func bytes(_ value: Value, _ surroundings: Conversion) throws(Failure) -> [UInt8] {
        switch value {
        case .bytes(let bytes): bytes
        case .string(let text): Array(text.utf8)
        case .file(let file): try surroundings.read(file.path, limit: Conversion.maximumFile)
        default: throw unfit(value, "text, bytes or a file")
        }
    }

    private func unfit(_ value: Value, _ wanted: String) -> Failure {
        Failure(.invalid, "must be \(wanted), not \(value.type.plainName)")
    }
}
