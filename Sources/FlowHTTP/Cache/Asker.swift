import FlowCore
import FlowCrypto
import FlowSpec

/// Who asked for a response, and whom, as far as URL and credential don't say it: header fields with secrets that the
/// step writes itself, and the way to the server.
///
/// The secrets stay out of it: it is a code under a key of its own, by which a like request is known again.
struct Asker: Sendable, Hashable {
    /// Both are empty where there is nothing to say.
    private let key: [UInt8]
    private let code: [UInt8]

    private static let keySize = 16

    /// nil where no code can be made.
    init?(of call: HTTPCall) {
        let marks = Asker.marks(of: call)
        key = marks.isEmpty ? [] : Random.bytes(Asker.keySize)
        guard let code = Asker.code(of: marks, key: key) else { return nil }
        self.code = code
    }

    /// Whether the call asks for the same one, and the same server.
    func made(_ call: HTTPCall) -> Bool {
        guard let code = Asker.code(of: Asker.marks(of: call), key: key) else { return false }
        return equalInConstantTime(code, self.code)
    }

    /// Each with what it is.
    private static func marks(of call: HTTPCall) -> [Value] {
        let request = call.request
        // The credential is part of the key of a response, and what it signs with may differ each time.
        let fields = request.headers.fields.map { (name: $0.name.lowercased(), value: $0.value) }.filter { field in
            !request.secrets.credentialHeaders.contains(field.name) && Asker.isSecret(field.name, in: request)
        }
        var marks: [Value] = fields.sorted { $0.name < $1.name }.map {
            ["header", .string($0.name), .string($0.value)]
        }
        let route = call.route
        let ways = [
            ("socket", route.unixSocket), ("proxy", route.proxy), ("authorities", route.caFile),
            ("certificate", route.clientCertificate?.certificate),
        ]
        for (kind, value) in ways { if let value { marks.append([.string(kind), .string(value)]) } }
        return marks
    }

    /// Whether a field, its name in lower case, says who asks. What `Vary` says of such a field is heeded thereby.
    static func isSecret(_ name: String, in request: HTTPRequest) -> Bool {
        request.secrets.headers.contains(name) || SecretNames.covers(name)
    }

    private static func code(of marks: [Value], key: [UInt8]) -> [UInt8]? {
        guard !marks.isEmpty else { return [] }
        return try? MessageCode.hmacSHA256(key: key, JSON.bytes(.list(marks)))
    }
}

extension Asker {
    var asValue: Value { [.string(Hexadecimal.encode(key)), .string(Hexadecimal.encode(code))] }

    init?(_ value: Value?) {
        guard let texts = value?.listValue?.compactMap(\.stringValue), texts.count == 2,
            let key = Hexadecimal.decode(texts[0]), let code = Hexadecimal.decode(texts[1])
        else { return nil }
        self.key = key
        self.code = code
    }
}
