package import FlowCore

/// A request as a command line of curl that a shell takes as it is, with secrets as variables.
///
///     curl -sS -g --path-as-is -X POST -H "Authorization: Bearer ${AUTHORIZATION}" …
package struct CurlCommand: Sendable, Hashable {
    private let request: HTTPRequest
    private let route: HTTPRoute
    /// How many redirects are followed; nil is none.
    private let redirects: Int?

    /// A longer body is named, not shown.
    package static let bodyLimit = 16 << 10

    /// - Parameter wasRedirected: whether it is about the answer that a redirect led to. That is followed where curl does so
    ///   as flowctl does: it would repeat a write, and give fields with secrets, a certificate and a socket to any server.
    package init(_ call: HTTPCall, wasRedirected: Bool = false) {
        request = call.request
        route = call.route
        let isRead = ["GET", "HEAD"].contains(request.method) && request.body == .none
        redirects = wasRedirected && isRead && !CurlCommand.wouldSpill(call) ? call.maximumRedirects : nil
    }

    /// Whether curl would take something along to another server that is for the first one.
    private static func wouldSpill(_ call: HTTPCall) -> Bool {
        let secrets = call.request.secrets.headers
        return call.route.unixSocket != nil || call.route.clientCertificate != nil
            || call.request.headers.fields.contains { field in
                let name = field.name.lowercased()
                // These two it drops itself.
                return !["authorization", "cookie"].contains(name)
                    && (secrets.contains(name) || SecretNames.covers(field.name))
            }
    }

    /// - Parameter masker: knows secrets that stand anywhere else; they become `$SECRET`.
    package func text(_ masker: Masker) -> String {
        let shell = ShellText(masker)
        var words = ["curl -sS -g --path-as-is"]
        let address = request.address { shell.variable(SecretNames.variable($0)) }
        var notes = Notes(percentEncoded: shell.variables(in: address))
        if request.method == "HEAD" {
            words.append("--head")
        } else if request.method != "GET" || request.body != .none {
            words.append("-X \(shell.quoted(request.method))")
        }
        if let redirects { words.append("-L --max-redirs \(redirects)") }
        words += routing(shell)
        for field in request.headers.fields { words.append("-H \(header(field, shell))") }
        // What curl would add of its own accord.
        if request.headers["content-type"] == nil, hasBody { words.append("-H 'Content-Type:'") }
        var feed = ""
        let body = shownBody(shell)
        switch body {
        case .none: if hasBody { words.append("--data-raw ''") }
        case .file(let path, 0, nil): words.append("--data-binary \(shell.quoted("@" + path))")
        default:
            if let bytes = body.inMemory, bytes.count > CurlCommand.bodyLimit {
                return comment("its body of \(bytes.count) bytes is not kept: put it into the file BODY") + notes.text
                    + (words + ["--data-binary @BODY", shell.quotedAddress(address)]).joined(separator: " ")
            }
            if let bytes = body.inMemory, let text = String(validating: bytes, as: UTF8.self),
                !text.utf8.contains(0)
            {
                words += data(text, shell, &notes)
            } else {
                feed = "{ \(printing(body, shell).joined(separator: " ")) } | "
                words.append("--data-binary @-")
            }
        }
        return notes.text + feed + (words + [shell.quotedAddress(address)]).joined(separator: " ")
    }

    /// Variables that must hold more than the secret itself, as curl sends them as they are.
    private struct Notes {
        var percentEncoded: [String]
        var escaped: [String] = []

        /// A comment with a line break, or nothing.
        var text: String {
            let parts = [("percent-encode", percentEncoded), ("escape as in JSON", escaped)].compactMap { what, names in
                names.isEmpty ? nil : "\(what): \(Set(names).sorted().joined(separator: ", "))"
            }
            return parts.isEmpty ? "" : "# \(parts.joined(separator: "; "))\n"
        }
    }

    private func routing(_ shell: ShellText) -> [String] {
        var words: [String] = []
        if let proxy = route.proxy {
            words.append("--proxy \(shell.quoted(proxy.contains("@") ? shell.variable("PROXY") : proxy))")
            if let file = route.proxyCAFile, proxy.lowercased().hasPrefix("https:") {
                words.append("--proxy-cacert \(shell.quoted(file))")
            }
            // Else the variables of who runs it might exempt the host.
            if !proxy.isEmpty { words.append("--noproxy ''") }
        }
        if let socket = route.unixSocket { words.append("--unix-socket \(shell.quoted(socket))") }
        if let file = route.caFile { words.append("--cacert \(shell.quoted(file))") }
        if let own = route.clientCertificate {
            // curl wants files: what is kept in the vault has to be put into one. The key is secret, and so is its place.
            let certificate = own.certificate
            let file = HTTPRoute.isPEM(certificate) ? shell.variable("CERTIFICATE_FILE") : certificate
            words.append("--cert \(shell.quoted(file))")
            if own.key != nil { words.append("--key \(shell.quoted(shell.variable("KEY_FILE")))") }
        }
        return words
    }

    private func shownBody(_ shell: ShellText) -> HTTPBody {
        if request.hidesBody { return .bytes(Array(shell.variable("BODY").utf8)) }
        return request.body.replacingSecretParts(marked: request.secrets.members) {
            shell.variable(SecretNames.variable($0))
        }
    }

    private var hasBody: Bool { request.body != .none || ["POST", "PUT", "PATCH"].contains(request.method) }

    private func comment(_ text: String) -> String { "# \(text)\n" }

    private func header(_ field: HTTPHeaders.Field, _ shell: ShellText) -> String {
        guard request.secrets.headers.contains(field.name.lowercased()) || SecretNames.covers(field.name) else {
            return shell.quoted(field.curlLine)
        }
        // `Bearer` and the like are no secret, and needed to know what to put there.
        let words = field.value.split(separator: " ", maxSplits: 1)
        let hasScheme = words.count == 2 && CurlCommand.schemes.contains(words[0].lowercased())
        let scheme = hasScheme ? "\(words[0]) " : ""
        return shell.quoted("\(field.name): \(scheme)\(shell.variable(SecretNames.variable(field.name)))")
    }

    /// Of `Authorization`, in lower case.
    private static let schemes: Set = ["apikey", "basic", "bearer", "bot", "digest", "dpop", "key", "token"]

    /// The options that give a body of text.
    private func data(_ text: String, _ shell: ShellText, _ notes: inout Notes) -> [String] {
        let type = (request.headers["content-type"] ?? "").lowercased()
        if type.hasPrefix("application/x-www-form-urlencoded") {
            let shown = text.replacingSecretParameters(marked: request.secrets.members) {
                shell.variable(SecretNames.variable($0))
            }
            return form(shown, shell, &notes)
        }
        guard type.contains("json"), let value = try? JSON.parse(Array(text.utf8)) else {
            return ["--data-raw \(shell.quoted(text))"]
        }
        let shown = SecretNames.replacing(in: value, marked: request.secrets.members) {
            shell.variable(SecretNames.variable($0))
        }
        // As it was written, where nothing had to go.
        let body = shown == value ? text : JSON.text(shown)
        notes.escaped += shell.variables(in: body)
        return ["--data-raw \(shell.quoted(body))"]
    }

    /// Fields whose whole value is a variable are left to curl to encode.
    private func form(_ text: String, _ shell: ShellText, _ notes: inout Notes) -> [String] {
        var words: [String] = []
        var plain: [Substring] = []
        func flush() {
            guard !plain.isEmpty else { return }
            let fields = plain.joined(separator: "&")
            notes.percentEncoded += shell.variables(in: fields)
            words.append("--data-raw \(shell.quoted(fields))")
            plain = []
        }
        for field in text.split(separator: "&", omittingEmptySubsequences: false) {
            if let equals = field.firstIndex(of: "="), equals > field.startIndex,
                shell.isVariable(String(field[field.index(after: equals)...]))
            {
                flush()
                words.append("--data-urlencode \(shell.quoted(String(field)))")
            } else {
                plain.append(field)
            }
        }
        flush()
        return words
    }

    /// Commands that print the body: bytes, then files, in order.
    private func printing(_ body: HTTPBody, _ shell: ShellText) -> [String] {
        switch body {
        case .none: []
        case .bytes(let bytes): bytes.isEmpty ? [] : ["printf \(shell.printed(bytes));"]
        case .file(let path, 0, nil): ["cat \(shell.quoted(path));"]
        case .file(let path, let offset, let length):
            [
                "tail -c +\(offset + 1) \(shell.quoted(path))" + (length.map { " | head -c \($0)" } ?? "") + ";"
            ]
        case .parts(let parts): parts.flatMap { printing($0, shell) }
        }
    }
}

extension HTTPRequest {
    /// Whether nothing tells the secrets of the body from the rest of it, so that none of it may be shown.
    package var hidesBody: Bool {
        guard secrets.areInBody, !secrets.isWholeBody else { return secrets.isWholeBody }
        guard case .bytes(let bytes) = body else { return false }
        let type = (headers["content-type"] ?? "").lowercased()
        if type.hasPrefix("application/x-www-form-urlencoded") { return false }
        return !type.contains("json") || (try? JSON.parse(bytes)) == nil
    }
}

extension HTTPBody {
    /// The bytes where none of them are in a file.
    fileprivate var inMemory: [UInt8]? {
        switch self {
        case .none: return []
        case .bytes(let bytes): return bytes
        case .file: return nil
        case .parts(let parts):
            var all: [UInt8] = []
            for part in parts {
                guard let bytes = part.inMemory else { return nil }
                all += bytes
            }
            return all
        }
    }
}

/// Text as words of a POSIX shell, with variables in the places of secrets.
struct ShellText {
    private let masker: Masker
    /// Stands on both sides of a variable's name until the rest is quoted. Drawn anew each time: whoever wrote a part of the
    /// request can't have written it.
    private let mark: String

    init(_ masker: Masker) {
        self.masker = masker
        let scalars = (0..<8).compactMap { _ in Unicode.Scalar(UInt32.random(in: 0xF0000...0xFFFFD)) }
        mark = String(String.UnicodeScalarView(scalars))
    }

    func variable(_ name: String) -> String { mark + name + mark }

    /// In single quotes, variables between them in double ones.
    func quoted(_ text: String) -> String {
        if !text.isEmpty, text.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) { return text }
        return word(segments(text))
    }

    /// The same of a URL, as it is sent: with bytes percent-encoded that are no ASCII, but for those of its host.
    func quotedAddress(_ address: String) -> String {
        var slashes = 0
        var isBehindHost = false
        return word(
            segments(address).map { segment in
                guard case .plain(let text) = segment else { return segment }
                var encoded: [UInt8] = []
                for byte in text.utf8 {
                    if byte == UInt8(ascii: "/") { slashes += 1 }
                    isBehindHost = isBehindHost || slashes == 3 || byte == UInt8(ascii: "?")
                    if isBehindHost, byte >= 0x80 {
                        encoded += Array("%\(Hexadecimal.encode([byte]).uppercased())".utf8)
                    } else {
                        encoded.append(byte)
                    }
                }
                return .plain(String(decoding: encoded, as: UTF8.self))
            })
    }

    private func word(_ segments: [Segment]) -> String {
        let word = segments.map { segment in
            switch segment {
            case .plain(let text): text.inShellQuotes
            case .variable(let name): "\"${\(name)}\""
            }
        }
        return word.isEmpty ? "''" : word.joined()
    }

    /// The names of the variables in it, known secrets included.
    func variables(in text: String) -> [String] {
        segments(text).compactMap { if case .variable(let name) = $0 { name } else { nil } }
    }

    /// Whether it is one variable and nothing else.
    func isVariable(_ text: String) -> Bool {
        let segments = segments(text)
        guard segments.count == 1, case .variable = segments[0] else { return false }
        return true
    }

    private enum Segment {
        case plain(String)
        case variable(String)
    }

    private func segments(_ text: String) -> [Segment] {
        let known = masker.mask(text, by: variable("SECRET"))
        let parts = Array(known.utf8).split(separator: Array(mark.utf8), omittingEmptySubsequences: false)
        return parts.enumerated().compactMap { index, part in
            if index.isMultiple(of: 2) { return part.isEmpty ? nil : .plain(String(decoding: part, as: UTF8.self)) }
            let isName = !part.isEmpty && part.allSatisfy(ShellText.isOfNames)
            return .variable(isName ? String(decoding: part, as: UTF8.self) : "SECRET")
        }
    }

    private static func isOfNames(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// The format of `printf` that gives these bytes.
    func printed(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) {
            return "%s \(quoted(text))"
        }
        let octal = bytes.map { byte in
            "\\" + String(repeating: "0", count: byte < 8 ? 2 : byte < 64 ? 1 : 0) + String(byte, radix: 8)
        }
        return "'\(octal.joined())'"
    }
}
