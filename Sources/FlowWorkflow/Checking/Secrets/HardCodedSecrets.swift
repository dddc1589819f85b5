package import FlowCore
import FlowSpec

/// Finds tokens and passwords that stand in a workflow's file itself, its comments and commands included, where everyone
/// who can read the file has them.
///
/// Some services give their tokens a form of their own. Else a value counts as secret where its name says so and it
/// looks like chance.
package struct HardCodedSecrets {
    private struct Finding {
        var range: Range<Int>
        var title: String
        /// How it is put into the vault.
        var name = "NAME"
        var type: String?
    }

    private let bytes: [UInt8]
    private var findings: [Finding] = []
    /// Where the value ends that was looked at last.
    private var valueEnd = 0
    /// No key is longer, not even one with its certificates.
    private static let longestValue = 8 << 10

    private init(_ source: SourceText) {
        bytes = source.bytes
        findTokens()
        findTokensOfDigits()
        findKeys()
        findPasswordsInAddresses()
        findNamedValues()
        findings = HardCodedSecrets.apart(findings)
    }

    /// What is found in a file.
    package static func texts(in source: SourceText) -> [String] {
        let found = HardCodedSecrets(source)
        return found.findings.map { String(decoding: found.bytes[$0.range], as: UTF8.self) }
    }

    /// The file as messages may quote it, with a warning for each secret in it.
    static func check(_ source: SourceText, _ diagnostics: inout Diagnostics) -> SourceText {
        let found = HardCodedSecrets(source).findings
        guard !found.isEmpty else { return source }
        let hidden = source.hiding(found.map(\.range))
        for finding in found {
            let type = finding.type.map { " --type \($0)" } ?? ""
            let way =
                finding.type == "oauth2"
                ? "get one in the vault with \"flowctl credentials login \(finding.name)\""
                : "move it into the vault with \"flowctl credentials add \(finding.name)\(type)\""
            diagnostics.warning(
                "hard-coded-secret", "\(finding.title) is written into the file",
                at: SourceSpan(hidden, start: finding.range.lowerBound, end: finding.range.upperBound),
                hint: "\(way) and write "
                    + "\"credential: \(finding.name)\", or secrets.\(finding.name) in env:; "
                    + "then have it replaced, since the file has shown it")
        }
        return hidden
    }

    private mutating func add(_ finding: Finding) { findings.append(finding) }

    /// In the order of the file; of those that overlap, what was found first, which tells more.
    private static func apart(_ findings: [Finding]) -> [Finding] {
        let inOrder = findings.enumerated().sorted {
            ($0.element.range.lowerBound, $0.offset) < ($1.element.range.lowerBound, $1.offset)
        }
        var apart: [(offset: Int, element: Finding)] = []
        for finding in inOrder {
            if let last = apart.last, last.element.range.overlaps(finding.element.range) {
                if last.offset < finding.offset { continue }
                apart.removeLast()
            }
            apart.append(finding)
        }
        return apart.map(\.element)
    }

    private func byte(_ index: Int) -> UInt8? { bytes.indices.contains(index) ? bytes[index] : nil }

    // MARK: - Known forms

    private mutating func findTokens() {
        for start in bytes.indices {
            let shapes = TokenShape.known[Int(bytes[start])]
            guard !shapes.isEmpty, !continuesWord(at: start) else { continue }
            for shape in shapes where bytes[start...].starts(with: shape.prefix) {
                let first = start + shape.prefix.count
                let end = bytes[first...].firstIndex { !shape.rest.holds($0) } ?? bytes.count
                guard shape.count.contains(end - first), !Chance.isPlaceholder(bytes[first..<end]) else { continue }
                add(Finding(range: start..<end, title: shape.title, name: shape.name, type: shape.type))
            }
        }
    }

    /// Tokens that begin with digits: of Telegram's bots, `123456789:` and 35 more; of Mailchimp, 32 and `-us12`.
    private mutating func findTokensOfDigits() {
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex { !TokenShape.Alphabet.hexadecimal.holds($0) } ?? bytes.count
            defer { start = end + 1 }
            guard end > start, !continuesWord(at: start) else { continue }
            let rest = bytes[end...].dropFirst()
            let token = rest.prefix { TokenShape.Alphabet.dashed.holds($0) }
            if (8...10).contains(end - start), byte(end) == UInt8(ascii: ":"), token.count == 35 {
                add(Finding(range: start..<token.endIndex, title: "a Telegram bot's token", name: "telegram"))
            } else if end - start == 32, byte(end) == UInt8(ascii: "-"), token.starts(with: "us".utf8), token.count < 6
            {
                add(Finding(range: start..<token.endIndex, title: "a Mailchimp key", name: "mailchimp"))
            }
        }
    }

    private func continuesWord(at index: Int) -> Bool { byte(index - 1).map(TokenShape.Alphabet.dotted.holds) ?? false }

    /// Private keys as PEM (RFC 7468); what is hidden is all between the lines that frame one.
    private mutating func findKeys() {
        let begin = Array("PRIVATE KEY-----".utf8), end = Array("-----END".utf8)
        // The first end that is not before the key, which that of the one before often is.
        var last = 0
        for start in bytes.indices where bytes[start] == begin[0] && bytes[start...].starts(with: begin) {
            let first = start + begin.count
            if last < first {
                guard let next = (first..<bytes.count).first(where: { bytes[$0...].starts(with: end) }) else { return }
                last = next
            }
            add(Finding(range: first..<last, title: "a private key"))
        }
    }

    /// `scheme://user:password@host`
    private mutating func findPasswordsInAddresses() {
        let mark = Array("://".utf8)
        for start in bytes.indices where bytes[start] == mark[0] && bytes[start...].starts(with: mark) {
            let first = start + mark.count
            let end = bytes[first...].firstIndex { HardCodedSecrets.addressEnds.contains($0) } ?? bytes.count
            guard let at = bytes[first..<end].lastIndex(of: UInt8(ascii: "@")),
                let colon = bytes[first..<at].firstIndex(of: UInt8(ascii: ":"))
            else { continue }
            let password = colon + 1..<at
            guard Chance.isLiteral(bytes[password]), !Chance.isPlaceholder(bytes[password]) else { continue }
            add(Finding(range: password, title: "a password"))
        }
    }

    // MARK: - Names that say it

    /// `api_key: …`, `PASSWORD=…`, `"token": "…"`, `--secret …`, `Authorization: Bearer …`
    private mutating func findNamedValues() {
        var index = 0
        while index < bytes.count {
            guard TokenShape.Alphabet.dashed.holds(bytes[index]) else {
                index += 1
                continue
            }
            let end = bytes[index...].firstIndex { !TokenShape.Alphabet.dashed.holds($0) } ?? bytes.count
            findValue(named: index..<end)
            index = end
        }
    }

    private mutating func findValue(named range: Range<Int>) {
        // What costs the most comes last: nearly every word of a file has no such value, or name.
        guard range.count >= 3, let start = valueStart(after: range) else { return }
        // Within a value there may be many names, whose values end where it does.
        if valueEnd < start {
            valueEnd = bytes[start...].firstIndex { HardCodedSecrets.valueEnds.contains($0) } ?? bytes.count
        }
        let end = valueEnd
        let value = bytes[start..<end]
        guard value.count <= HardCodedSecrets.longestValue, Chance.isLikely(value), Chance.isLiteral(value),
            HardCodedSecrets.isSecretName(bytes[range]),
            !Chance.isPlaceholder(value)
        else { return }
        let name = String(decoding: bytes[range], as: UTF8.self)
        add(Finding(range: start..<end, title: "what looks like the secret \"\(name.drop { $0 == "-" })\""))
    }

    /// Where the value of a name begins; nil where it has none.
    private func valueStart(after name: Range<Int>) -> Int? {
        var start = name.upperBound
        if byte(start).map(isQuote) == true { start += 1 }
        if let separator = byte(start), separator == UInt8(ascii: ":") || separator == UInt8(ascii: "=") {
            start += 1
        } else if !(bytes[name].starts(with: "--".utf8) && byte(start) == UInt8(ascii: " ")) {
            return nil
        }
        skipSpaces(&start)
        if byte(start).map(isQuote) == true { start += 1 }
        for scheme in HardCodedSecrets.schemes where bytes[start...].starts(with: scheme) {
            start += scheme.count
            skipSpaces(&start)
        }
        return start
    }

    private static let schemes = ["Bearer ", "Basic ", "bearer ", "token ", "Token "].map { Array($0.utf8) }

    private static let blanks = String(decoding: 0...0x20 as ClosedRange<UInt8>, as: UTF8.self)
    private static let addressEnds = ByteSet(blanks + "/?#\"'`<>")
    private static let valueEnds = ByteSet(blanks + "\"'`,;&)}]|")

    /// Only its letters count: `API-Key` and `apikey` are one name.
    private static func isSecretName(_ name: ArraySlice<UInt8>) -> Bool {
        let letters = name.lazy.map { $0 | 0x20 }.filter { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        let text = Array(letters)
        return secretNames.contains { text.suffix($0.count).elementsEqual($0) }
    }

    private static let secretNames = [
        "authorization", "token", "secret", "password", "passwd", "passphrase", "apikey", "accesskey", "authkey",
    ].map { Array($0.utf8) }

    private func skipSpaces(_ index: inout Int) { while byte(index) == UInt8(ascii: " ") { index += 1 } }

    private func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }
}
