/// HTTP header fields in the order they were given; names compare without case.
package struct HTTPHeaders: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }

        /// The line that has libcurl send it: a name with nothing but blanks after the colon would be one to leave out.
        package var curlLine: String {
            value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 } ? "\(name);" : "\(name): \(value)"
        }
    }

    package var fields: [Field]

    package init(_ fields: [(String, String)] = []) { self.fields = fields.map { Field($0.0, $0.1) } }

    /// The first value of `name`. Setting replaces every field of that name; nil removes them.
    package subscript(name: String) -> String? {
        get { fields.first { HTTPHeaders.same($0.name, name) }?.value }
        set {
            fields.removeAll { HTTPHeaders.same($0.name, name) }
            if let newValue { fields.append(Field(name, newValue)) }
        }
    }

    package func all(_ name: String) -> [String] {
        fields.filter { HTTPHeaders.same($0.name, name) }.map(\.value)
    }

    package mutating func append(_ name: String, _ value: String) { fields.append(Field(name, value)) }

    /// Over bytes, as each answer has a dozen names looked up.
    private static func same(_ a: String, _ b: String) -> Bool {
        guard a.utf8.count == b.utf8.count else { return false }
        var (a, b) = (a, b)
        return a.withUTF8 { a in b.withUTF8 { b in a.indices.allSatisfy { lower(a[$0]) == lower(b[$0]) } } }
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }

    /// Fields, in lower case, that say how a request is carried, not what it is: only who carries it can tell. A length
    /// that isn't true makes the rest of a body the beginning of the next request on its connection.
    package static let ofConnection: Set<String> = [
        "connection", "content-length", "http2-settings", "keep-alive", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]
    private static let lengthsOfConnection = Set(ofConnection.map(\.utf8.count))

    /// Whether the name is one ``ofConnection``, however it is written.
    package static func isOfConnection(_ name: String) -> Bool {
        lengthsOfConnection.contains(name.utf8.count) && ofConnection.contains(name.lowercased())
    }

    /// What expressions see: lower-case names, repeated fields joined by ", ".
    package var asMap: ValueMap {
        var map = ValueMap()
        for field in fields {
            let name = field.name.lowercased()
            if let earlier = map[name]?.stringValue {
                map[name] = .string(earlier + ", " + field.value)
            } else {
                map[name] = .string(field.value)
            }
        }
        return map
    }
}

/// What is sent as a request's body.
package enum HTTPBody: Sendable, Hashable {
    case none
    case bytes([UInt8])
    /// A stretch of a file, streamed; `length` nil means to the end.
    case file(path: String, offset: Int64 = 0, length: Int64? = nil)
    /// Parts one after the other, as multipart bodies need.
    indirect case parts([HTTPBody])
}

extension FileReference {
    /// The file, or the stretch of it that is meant.
    package var asBody: HTTPBody {
        stretch.map { .file(path: path, offset: $0.lowerBound, length: Int64($0.count)) } ?? .file(path: path)
    }
}

package struct HTTPRequest: Sendable, Hashable {
    /// Upper case.
    package var method: String
    /// Absolute, percent-encoded.
    package var url: String
    package var headers: HTTPHeaders
    package var body: HTTPBody
    package var secrets: SecretPlaces

    package init(
        _ method: String, _ url: String, headers: HTTPHeaders = HTTPHeaders(), body: HTTPBody = .none,
        secrets: SecretPlaces = SecretPlaces()
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.secrets = secrets
    }
}

/// A response that has arrived whole; its body is in memory, or in a file where the call asked for that.
package struct HTTPResponse: Sendable, Hashable {
    package enum Body: Sendable, Hashable {
        case bytes([UInt8])
        case file(FileReference)
    }

    package var status: Int
    package var headers: HTTPHeaders
    package var body: Body
    /// `1.1`, `2`
    package var version: String
    /// The URL that answered, after redirects.
    package var url: String
    /// Whether the body was stored before, and the server said that it has not changed.
    package var isStored: Bool
    /// Whether the request was carried out before, and this answers what the server redirected to then.
    package var isAfterwards = false
    /// Whether the request was written more than once, as a kept connection ended without an answer: what this answers may
    /// have been done by the earlier one.
    package var wasSentAgain = false
    /// Whether it refuses the request because an earlier try has done the work.
    package var meansDone = false

    package init(
        status: Int, headers: HTTPHeaders = HTTPHeaders(), body: Body = .bytes([]), version: String = "1.1",
        url: String = "", isStored: Bool = false
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.version = version
        self.url = url
        self.isStored = isStored
    }

    /// The bytes in memory; empty where the body went to a file.
    package var bytes: [UInt8] {
        if case .bytes(let bytes) = body { return bytes }
        return []
    }
}

/// Scheme, host and port of a URL: the unit that secrets are bound to (RFC 6454).
package struct Origin: Sendable, Hashable, CustomStringConvertible {
    package let scheme: String
    package let host: String
    package let port: Int

    /// The origin of an absolute `http` or `https` URL; nil for anything else.
    package init?(_ url: String) {
        // Over bytes, as every request comes through here.
        var url = url
        guard let (isSecure, host, port) = url.withUTF8(Origin.parts) else { return nil }
        let isPlain = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard !host.isEmpty, isPlain || !host.contains(where: \.isWhitespace) else { return nil }
        scheme = isSecure ? "https" : "http"
        self.host = host.lowercased()
        self.port = port ?? (isSecure ? 443 : 80)
    }

    private static func parts(_ url: UnsafeBufferPointer<UInt8>) -> (isSecure: Bool, host: String, port: Int?)? {
        guard let colon = url.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let isSecure = colon == 5
        let isScheme = (isSecure || colon == 4) && zip(url[..<colon], "https".utf8).allSatisfy { $0 | 0x20 == $1 }
        guard isScheme, url[colon...].starts(with: "://".utf8) else { return nil }
        let rest = url[(colon + 3)...]
        let end = rest.firstIndex {
            $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: "\\")
        }
        var host = rest[..<(end ?? rest.endIndex)]
        if let at = host.lastIndex(of: UInt8(ascii: "@")) { host = host[(at + 1)...] }
        var port: Int?
        if let colon = host.lastIndex(of: UInt8(ascii: ":")), !host[colon...].contains(UInt8(ascii: "]")) {
            let digits = host[(colon + 1)...]
            if !digits.isEmpty {
                port = Int(String(decoding: digits, as: UTF8.self)).flatMap { (1...65535).contains($0) ? $0 : nil }
                guard port != nil else { return nil }
            }
            host = host[..<colon]
        }
        return (isSecure, String(decoding: host, as: UTF8.self), port)
    }

    package var description: String {
        port == (scheme == "https" ? 443 : 80) ? "\(scheme)://\(host)" : "\(scheme)://\(host):\(port)"
    }
}
