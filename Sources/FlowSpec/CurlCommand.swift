package import FlowCore

/// A request as a command line of curl that a shell takes as it is, with secrets as variables.
///
///     curl -sS -g --path-as-is -X POST -H "Authorization: Bearer ${AUTHORIZATION}" …
package struct CurlCommand: Sendable, Hashable {
    private let request: HTTPRequest
    private let route: HTTPRoute

    /// A longer body is named, not shown.
    package static let bodyLimit = 16 << 10

    package init(_ call: HTTPCall) {
        request = call.request
        route = call.route
    }

    /// - Parameter masker: knows secrets that stand anywhere else; they become `$SECRET`.
    package func text(_ masker: Masker) -> String {
        let shell = ShellText(masker)
        var words = ["curl -sS -g --path-as-is"]
        if request.method == "HEAD" {
            words.append("--head")
        } else if request.method != "GET" || request.body != .none {
            words.append("-X \(shell.quoted(request.method))")
        }
        words += routing(shell)
        for field in request.headers.fields { words.append("-H \(header(field, shell))") }
        // What curl would add of its own accord.
        if request.headers["content-type"] == nil, hasBody { words.append("-H 'Content-Type:'") }
        var feed = ""
        let body = shownBody
        switch body {
        case .none: if hasBody { words.append("--data-raw ''") }
        case .file(let path, 0, nil): words.append("--data-binary \(shell.quoted("@" + path))")
        default:
            if let bytes = body.inMemory, bytes.count > CurlCommand.bodyLimit {
                return comment("its body of \(bytes.count) bytes is not kept: put it into the file BODY")
                    + (words + ["--data-binary @BODY", url(shell)]).joined(separator: " ")
            }
            if let bytes = body.inMemory, let text = String(validating: bytes, as: UTF8.self),
                !text.utf8.contains(0)
            {
                words.append("--data-raw \(shell.quoted(maskedBody(text, shell)))")
            } else {
                feed = "{ \(printing(body, shell).joined(separator: " ")) } | "
                words.append("--data-binary @-")
            }
        }
        return feed + (words + [url(shell)]).joined(separator: " ")
    }

    private func routing(_ shell: ShellText) -> [String] {
        var words: [String] = []
        if let proxy = route.proxy {
            words.append("--proxy \(shell.quoted(proxy.contains("@") ? ShellText.variable("PROXY") : proxy))")
        }
        if let socket = route.unixSocket { words.append("--unix-socket \(shell.quoted(socket))") }
        if let file = route.caFile { words.append("--cacert \(shell.quoted(file))") }
        if let own = route.clientCertificate {
            // curl wants files: what is kept in the vault has to be put into one. The key is secret, and so is its place.
            let certificate = own.certificate
            let file = HTTPRoute.isPEM(certificate) ? ShellText.variable("CERTIFICATE_FILE") : certificate
            words.append("--cert \(shell.quoted(file))")
            if own.key != nil { words.append("--key \(shell.quoted(ShellText.variable("KEY_FILE")))") }
        }
        return words
    }

    private var shownBody: HTTPBody {
        if request.hidesBody { return .bytes(Array(ShellText.variable("BODY").utf8)) }
        return request.body.replacingSecretParts(marked: request.secrets.members) {
            ShellText.variable(SecretNames.variable($0))
        }
    }

    private var hasBody: Bool { request.body != .none || ["POST", "PUT", "PATCH"].contains(request.method) }

    private func comment(_ text: String) -> String { "# \(text)\n" }

    private func url(_ shell: ShellText) -> String {
        shell.quoted(
            request.address(replacingSecretsBy: { ShellText.variable(SecretNames.variable($0)) }))
    }

    private func header(_ field: HTTPHeaders.Field, _ shell: ShellText) -> String {
        guard request.secrets.headers.contains(field.name.lowercased()) || SecretNames.covers(field.name) else {
            return shell.quoted(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        // `Bearer` and the like are no secret, and needed to know what to put there.
        let words = field.value.split(separator: " ", maxSplits: 1)
        let hasScheme = words.count == 2 && CurlCommand.schemes.contains(words[0].lowercased())
        let scheme = hasScheme ? "\(words[0]) " : ""
        return shell.quoted("\(field.name): \(scheme)\(ShellText.variable(SecretNames.variable(field.name)))")
    }

    /// Of `Authorization`, in lower case.
    private static let schemes: Set = ["apikey", "basic", "bearer", "bot", "digest", "dpop", "key", "token"]

    private func maskedBody(_ text: String, _ shell: ShellText) -> String {
        let type = (request.headers["content-type"] ?? "").lowercased()
        if type.hasPrefix("application/x-www-form-urlencoded") {
            return text.replacingSecretParameters(marked: request.secrets.members) {
                ShellText.variable(SecretNames.variable($0))
            }
        }
        guard type.contains("json"), let value = try? JSON.parse(Array(text.utf8)) else { return text }
        let shown = SecretNames.replacing(in: value, marked: request.secrets.members) {
            ShellText.variable(SecretNames.variable($0))
        }
        // As it was written, where nothing had to go.
        return shown == value ? text : JSON.text(shown)
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

/// Text as a word of a POSIX shell, with variables in the places of secrets.
struct ShellText {
    private let masker: Masker

    init(_ masker: Masker) { self.masker = masker }

    // Characters that no request has stand for a variable until the rest is quoted.
    private static let open: Unicode.Scalar = "\u{F8F0}"
    private static let close: Unicode.Scalar = "\u{F8F1}"

    static func variable(_ name: String) -> String { "\(open)\(name)\(close)" }

    /// In single quotes, variables between them in double ones.
    func quoted(_ text: String) -> String {
        if !text.isEmpty, text.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) { return text }
        let known = masker.mask(text, by: ShellText.variable("SECRET"))
        var word = ""
        var plain = ""
        var name: String?
        func flush() {
            let parts = plain.split(separator: "'", omittingEmptySubsequences: false)
            if !plain.isEmpty { word += "'\(parts.joined(separator: #"'\''"#))'" }
            plain = ""
        }
        for scalar in known.unicodeScalars {
            switch scalar {
            case ShellText.open:
                flush()
                name = ""
            case ShellText.close:
                word += "\"${\(name ?? "SECRET")}\""
                name = nil
            default: if name == nil { plain.unicodeScalars.append(scalar) } else { name?.unicodeScalars.append(scalar) }
            }
        }
        flush()
        return word.isEmpty ? "''" : word
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
