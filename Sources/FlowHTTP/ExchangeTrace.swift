package import FlowCore
package import FlowSpec

/// Writes down every exchange with its times, for whoever looks into a problem: each hop of each attempt.
///
/// Nothing secret is in it: fields and members with names of secrets are left out, and what the masker knows is masked.
/// Safe to use from any task.
package final class ExchangeTrace: Sendable {
    private let masker: Masker
    private let clock: any WallClock
    private let write: @Sendable (String) -> Void

    /// What is shown of a body at most, in characters.
    private static let bodyLimit = 4096
    /// A longer body of JSON is not read: its secrets can't be told by their names.
    private static let jsonLimit = 256 << 10

    /// - Parameter write: gets the text of one exchange at a time, with a line break at its end.
    package init(masker: Masker, clock: any WallClock, write: @escaping @Sendable (String) -> Void) {
        self.masker = masker
        self.clock = clock
        self.write = write
    }

    func add(_ exchange: Exchange, _ times: WireTimes?, _ outcome: Result<HTTPResponse, Failure>) {
        let request = exchange.request
        let subject = exchange.call.log.subject
        var lines = ["* \(clock.now().rfc3339)\(subject.isEmpty ? "" : " \(subject)")"]
        lines.append("> \(request.method) \(request.address { _ in Masker.replacement })")
        lines += fields(request.headers, secret: request.secrets.headers).map { "> \($0)" }
        lines += body(of: request).map { "> \($0)" }
        switch outcome {
        case .success(let response):
            lines.append("< HTTP/\(response.version) \(HTTPStatusTable.describe(response.status))")
            let secrets = exchange.call.secretParts
            lines += fields(response.headers, secret: names(in: "headers", of: secrets)).map { "< \($0)" }
            lines += body(response, marked: names(in: "body", of: secrets)).map { "< \($0)" }
        case .failure(let failure):
            lines.append("* \(failure.kind.rawValue): \(failure.message)")
            lines.append("* the same with curl: \(CurlCommand(exchange.asCall).text(masker))")
        }
        if let times { lines.append("* \(times)") }
        write(terminalSafe(masker.mask(lines.joined(separator: "\n"))) + "\n\n")
    }

    /// The last names of those parts of a response that stand in its `place`, those of headers in lower case.
    private func names(in place: String, of parts: [[String]]) -> Set<String> {
        let names = parts.filter { $0.first == place }.compactMap(\.last)
        return Set(place == "headers" ? names.map { $0.lowercased() } : names)
    }

    private func address(_ url: String) -> String { url.replacingSecretsInAddress { _ in Masker.replacement } }

    private func fields(_ headers: HTTPHeaders, secret: Set<String>) -> [String] {
        headers.fields.map { field in
            let isSecret = secret.contains(field.name.lowercased()) || SecretNames.covers(field.name)
            // It may be an address with a token in it, such as that of a redirect.
            return "\(field.name): \(isSecret ? Masker.replacement : address(field.value))"
        }
    }

    /// - Parameter marked: names of members that are secret wherever they stand in it.
    private func body(_ response: HTTPResponse, marked: Set<String>) -> [String] {
        switch response.body {
        // What isn't called JSON may be anything, a label being wrong at times: the secret may be anywhere in it.
        case .bytes(let bytes) where !marked.isEmpty && !bytes.isEmpty && !isJSON(response.headers):
            ["", Masker.replacement]
        case .bytes(let bytes): text(bytes, response.headers, marked: marked)
        case .file(let file): ["", "(\(file.size) bytes to a file)"]
        }
    }

    private func body(of request: HTTPRequest) -> [String] {
        guard !request.hidesBody else { return ["", Masker.replacement] }
        let marked = request.secrets.members
        let shown = request.body.replacingSecretParts(marked: marked) { _ in Masker.replacement }
        return body(shown, request.headers, marked)
    }

    private func body(_ body: HTTPBody, _ headers: HTTPHeaders, _ marked: Set<String>) -> [String] {
        switch body {
        case .none: []
        case .bytes(let bytes): text(bytes, headers, marked: marked)
        case .file(let path, _, _): ["", "(the file \(path))"]
        case .parts(let parts): [""] + parts.flatMap { self.body($0, HTTPHeaders(), []).filter { !$0.isEmpty } }
        }
    }

    /// As much as is looked at, without a character that it would end within; nil where that isn't text.
    private static func beginning(of bytes: [UInt8]) -> String? {
        let start = bytes.prefix(4 * bodyLimit)
        let most = start.count < bytes.count ? 3 : 0
        return (0...most).lazy.compactMap { String(validating: start.dropLast($0), as: UTF8.self) }.first
    }

    private func mediaType(_ headers: HTTPHeaders) -> String { (headers["content-type"] ?? "").lowercased() }

    private func isJSON(_ headers: HTTPHeaders) -> Bool { mediaType(headers).contains("json") }

    /// - Parameter marked: names whose values are secret whatever they are.
    private func text(_ bytes: [UInt8], _ headers: HTTPHeaders, marked: Set<String>) -> [String] {
        guard !bytes.isEmpty else { return [] }
        var shown: String
        if isJSON(headers) {
            guard bytes.count <= ExchangeTrace.jsonLimit else { return ["", "(\(bytes.count) bytes of JSON)"] }
            guard let value = try? JSON.parse(bytes) else { return ["", "(\(bytes.count) bytes that are no JSON)"] }
            shown = JSON.text(SecretNames.replacing(in: value, marked: marked) { _ in Masker.replacement })
        } else {
            // What stands at the cut is masked before it is cut.
            guard let text = ExchangeTrace.beginning(of: bytes) else {
                return ["", "(\(bytes.count) bytes)"]
            }
            let isForm = mediaType(headers).hasPrefix("application/x-www-form-urlencoded")
            shown = isForm ? text.replacingSecretParameters(marked: marked) { _ in Masker.replacement } : text
        }
        shown = masker.mask(shown)
        let isLong = shown.count > ExchangeTrace.bodyLimit || bytes.count > 4 * ExchangeTrace.bodyLimit
        if isLong { shown = shown.prefix(ExchangeTrace.bodyLimit) + "… (\(bytes.count) bytes)" }
        return [""] + shown.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    }
}

extension Exchange {
    /// The call that would send this request alone.
    fileprivate var asCall: HTTPCall {
        var alone = call
        alone.request = request
        return alone
    }
}
