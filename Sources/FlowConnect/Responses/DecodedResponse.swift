import FlowCore
import FlowSpec

/// A response as expressions see it.
struct DecodedResponse: Sendable {
    var status: Int
    /// Lower-case names.
    var headers: ValueMap
    var body: Value
    /// Whether it says only that an earlier try has done the work; `body` is null then.
    var meansDone = false
    /// Why the body is not what its type says; `body` is its text then.
    var defect: Failure?

    /// - Parameters:
    ///   - decoding: nil goes by what is usual.
    ///   - usual: nil goes by the content type.
    init(_ response: HTTPResponse, as decoding: Decoding?, usually usual: Decoding? = nil) {
        status = response.status
        headers = response.headers.asMap
        switch response.body {
        case .file(let file): body = .file(file)
        case .bytes(let bytes):
            let type = response.headers["Content-Type"]
            let kind =
                decoding ?? DecodedResponse.fitting(usual, contentType: type)
                ?? DecodedResponse.decoding(ofType: type)
            do throws(Failure) {
                body = try kind.value(bytes, contentType: type)
            } catch {
                let server = Origin(response.url)?.host ?? "the server"
                body =
                    .string(
                        CharacterSet(bytes, contentType: type).text(bytes) ?? String(decoding: bytes, as: UTF8.self))
                defect = Failure(
                    .protocolError,
                    "\(server) answered \(HTTPStatusTable.describe(status)) with invalid \(kind.noun): \(error.message)",
                    underlying: error.message)
            }
        }
    }

    /// The result of a step: `{status, headers, body}`.
    var asValue: Value {
        .map(ValueMap([("status", .int(Int64(status))), ("headers", .map(headers)), ("body", body)]))
    }

    /// Marks members that are as good as a credential.
    ///
    /// - Parameter parts: names, outermost first: `headers`, `location`.
    mutating func markSecret(_ parts: [[String]]) {
        for part in parts {
            if part[0] == "headers" {
                headers = Value.map(headers).markingSecret(part.dropFirst().map { $0.lowercased() }).mapValue ?? headers
            } else {
                body = body.markingSecret(Array(part.dropFirst()))
            }
        }
    }

    /// The file that the body is in, where it is in one.
    var file: FileReference? {
        if case .file(let file) = body { return file }
        return nil
    }

    /// A service that usually answers in XML gives files and pages of proxies, too.
    private static func fitting(_ usual: Decoding?, contentType: String?) -> Decoding? {
        guard case .xml = usual else { return usual }
        let type = (contentType ?? "").prefix { $0 != ";" && $0 != " " }.lowercased()
        return type.isEmpty || type.hasSuffix("xml") ? usual : nil
    }

    static func decoding(ofType contentType: String?) -> Decoding {
        let type = (contentType ?? "").prefix { $0 != ";" && $0 != " " }.lowercased()
        if type == "application/json" || type.hasSuffix("+json") || type == "text/json" { return .json }
        return type.hasPrefix("text/") || type.hasSuffix("xml") || type.isEmpty ? .text : .bytes
    }
}

extension Value {
    /// With the member at the end of `path` marked; unchanged where there is none.
    fileprivate func markingSecret(_ path: [String]) -> Value {
        guard let name = path.first else { return markedSecret }
        guard var map = mapValue, let member = map[name] else { return self }
        map[name] = member.markingSecret(Array(path.dropFirst()))
        return .map(map)
    }
}
