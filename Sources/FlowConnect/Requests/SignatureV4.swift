import FlowCore
import FlowCrypto

/// Signature version 4 of Amazon Web Services, as compatible stores check it too: over method, path, query, headers and
/// the digest of the body.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>
struct SignatureV4 {
    let accessKey: String
    let secretKey: String
    /// Of keys that end.
    let sessionToken: String?
    let region: String
    let service: String
    let time: Timestamp

    /// Stands for the digest of a body that isn't looked at; TLS keeps such a body whole.
    static let unsignedPayload = "UNSIGNED-PAYLOAD"

    private static let algorithm = "AWS4-HMAC-SHA256"

    /// Adds the headers that the signature needs, and the signature.
    ///
    /// - Parameter payload: the hexadecimal SHA-256 of the body, or ``unsignedPayload``.
    func sign(_ request: inout HTTPRequest, payload: String) throws(Failure) {
        let address = try Address(request.url)
        request.url = address.text
        request.headers["x-amz-date"] = stamp
        if service == "s3" { request.headers["x-amz-content-sha256"] = payload }
        if let sessionToken { request.headers["x-amz-security-token"] = sessionToken }
        var fields = [(name: "host", value: address.authority)]
        for (name, value) in SignatureV4.signedFields(request.headers) { fields.append((name, value)) }
        fields.sort { $0.name < $1.name }
        let names = fields.map(\.name).joined(separator: ";")
        let signature = try signature(
            request.method, address, query: address.query, fields: fields, names: names, payload: payload)
        request.headers["Authorization"] =
            "\(Self.algorithm) Credential=\(accessKey)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
    }

    /// The address with the signature in its query, for whoever has it until it ends.
    ///
    /// - Parameter seconds: how long it is valid, a week at most.
    func presigned(_ method: String, _ url: String, seconds: Int64) throws(Failure) -> String {
        var address = try Address(url)
        address.query += [
            ("X-Amz-Algorithm", Self.algorithm), ("X-Amz-Credential", "\(accessKey)/\(scope)"), ("X-Amz-Date", stamp),
            ("X-Amz-Expires", String(seconds)), ("X-Amz-SignedHeaders", "host"),
        ]
        if let sessionToken { address.query.append(("X-Amz-Security-Token", sessionToken)) }
        let signature = try signature(
            method, address, query: address.query, fields: [("host", address.authority)], names: "host",
            payload: Self.unsignedPayload)
        return address.origin + address.path + "?" + Self.canonical(address.query) + "&X-Amz-Signature=\(signature)"
    }

    // MARK: The signature

    private var stamp: String {
        let civil = CivilTime(secondsSinceEpoch: time.seconds)
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        let date = [civil.year, civil.month, civil.day].map(padded).joined()
        return date + "T" + [civil.hour, civil.minute, civil.second].map(padded).joined() + "Z"
    }

    private var scope: String { "\(stamp.prefix(8))/\(region)/\(service)/aws4_request" }

    private func signature(
        _ method: String, _ address: Address, query: [(name: String, value: String)],
        fields: [(name: String, value: String)], names: String, payload: String
    ) throws(Failure) -> String {
        // Every service but S3 has the path encoded once more.
        let path = service == "s3" ? address.path : PercentEncoding.encode(address.path, keeping: "/")
        let lines =
            [method, path, Self.canonical(query)] + fields.map { "\($0.name):\($0.value)" } + ["", names, payload]
        let digest = Hexadecimal.encode(try Digest.sha256(Array(lines.joined(separator: "\n").utf8)))
        let text = [Self.algorithm, stamp, scope, digest].joined(separator: "\n")
        var key = Array("AWS4\(secretKey)".utf8)
        for part in [String(stamp.prefix(8)), region, service, "aws4_request", text] {
            key = try MessageCode.hmacSHA256(key: key, Array(part.utf8))
        }
        return Hexadecimal.encode(key)
    }

    /// The pairs encoded and in order, `name=` also where there is no value.
    private static func canonical(_ query: [(name: String, value: String)]) -> String {
        query.map { (PercentEncoding.encode($0.name), PercentEncoding.encode($0.value)) }
            .sorted { $0 < $1 }.map { "\($0)=\($1)" }.joined(separator: "&")
    }

    /// The fields that are signed, in lower case; repeated ones are one with commas.
    private static func signedFields(_ headers: HTTPHeaders) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        for field in headers.fields {
            let name = field.name.lowercased()
            guard name.hasPrefix("x-amz-") || name == "content-type" || name == "content-md5" else { continue }
            let value = field.value.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
            if let index = fields.firstIndex(where: { $0.name == name }) {
                fields[index].value += "," + value
            } else {
                fields.append((name, value))
            }
        }
        return fields
    }
}

extension SignatureV4 {
    /// An address in the one form that both sides sign.
    private struct Address {
        var origin: String
        /// As the `Host` header has it: the port only where it isn't the scheme's own.
        var authority: String
        /// Encoded once, byte for byte.
        var path: String
        var query: [(name: String, value: String)] = []

        init(_ url: String) throws(Failure) {
            guard let parsed = Origin(url), let scheme = url.firstRange(of: "://") else {
                throw Failure(.invalid, "an address to sign must be an http or https URL")
            }
            origin = parsed.description
            authority = String(origin[origin.index(origin.startIndex, offsetBy: parsed.scheme.count + 3)...])
            let rest = url[scheme.upperBound...].drop { $0 != "/" && $0 != "?" && $0 != "#" }.prefix { $0 != "#" }
            let written = PercentEncoding.decode(String(rest.prefix { $0 != "?" }))
            path = written.isEmpty ? "/" : PercentEncoding.encode(written, keeping: "/")
            for pair in rest.drop(while: { $0 != "?" }).dropFirst().split(separator: "&") {
                let name = pair.prefix { $0 != "=" }
                query.append(
                    (
                        PercentEncoding.decode(String(name)),
                        PercentEncoding.decode(String(pair.dropFirst(name.count + 1)))
                    ))
            }
        }

        var text: String { origin + path + (query.isEmpty ? "" : "?" + SignatureV4.canonical(query)) }
    }
}
