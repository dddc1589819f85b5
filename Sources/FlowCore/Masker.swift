import Synchronization

/// Replaces known secrets in text that is shown or exported by `***`: the second net behind the static checks.
///
/// A secret of 8 bytes or more is found as it is, base64-encoded, percent-encoded and JSON-escaped; a shorter one would
/// mask ordinary text and is left to the static checks. Safe to use from any thread.
package final class Masker: Sendable {
    private let needles = Mutex<[String]>([])
    package static let replacement = "***"
    /// Shorter secrets are not looked for.
    package static let minimumLength = 8

    package init() {}

    /// Adds a secret and its encoded forms; each line of a secret of several lines (a PEM key) is one too.
    package func add(_ secret: String) {
        let lines = secret.split(whereSeparator: \.isNewline).map(String.init)
        let parts = lines.count > 1 ? [secret] + lines : [secret]
        let forms = Set(parts.filter { $0.utf8.count >= Masker.minimumLength }.flatMap(Masker.forms))
        guard !forms.isEmpty else { return }
        needles.withLock { held in
            // Longest first, so that a secret inside another does not leave the rest of it in view.
            held = Set(held).union(forms).sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
        }
    }

    /// Adds every text under a secret mark inside `value`.
    package func add(secretsIn value: Value) {
        switch value {
        case .secret(let inner): addTexts(of: inner)
        case .list(let items): for item in items { add(secretsIn: item) }
        case .map(let map): for (_, item) in map { add(secretsIn: item) }
        default: break
        }
    }

    private func addTexts(of value: Value) {
        switch value {
        case .string(let text): add(text)
        case .bytes(let bytes): add(String(decoding: bytes, as: UTF8.self))
        case .list(let items): for item in items { addTexts(of: item) }
        case .map(let map): for (_, item) in map { addTexts(of: item) }
        case .secret(let inner): addTexts(of: inner)
        default: break
        }
    }

    /// - Parameter replacement: what stands for each secret.
    package func mask(_ text: String, by replacement: String = Masker.replacement) -> String {
        let needles = needles.withLock { $0 }
        guard !needles.isEmpty else { return text }
        var masked = text
        for needle in needles where masked.contains(needle) {
            masked = masked.split(separator: needle, omittingEmptySubsequences: false)
                .joined(separator: replacement)
        }
        return masked
    }

    /// Secret marks become `***`, and all text is masked; keys stay.
    package func mask(_ value: Value) -> Value {
        switch value {
        case .secret: .string(Masker.replacement)
        case .string(let text): .string(mask(text))
        case .list(let items): .list(items.map(mask))
        case .map(let map): .map(map.mapValues(mask))
        case .optional(let inner?): .optional(mask(inner))
        default: value
        }
    }

    package func mask(_ failure: Failure) -> Failure {
        var copy = failure
        copy.message = mask(failure.message)
        copy.hint = failure.hint.map { mask($0) }
        copy.underlying = failure.underlying.map { mask($0) }
        copy.code = failure.code.map { mask($0) }
        copy.requestID = failure.requestID.map { mask($0) }
        return copy
    }

    private static func forms(of secret: String) -> [String] {
        var forms = [secret, PercentEncoding.encode(secret), PercentEncoding.encodeForm(secret)]
        forms.append(String(JSON.quoted(secret).dropFirst().dropLast()))
        // Inside a longer base64 text the secret may start at any of three positions; of each, the digits that
        // depend on the secret alone.
        for alphabet in [Base64.Alphabet.standard, .url] {
            let bytes = Array(secret.utf8)
            for shift in 0..<3 {
                let encoded = Base64.encode(repeatElement(0, count: shift) + bytes, alphabet: alphabet)
                    .prefix { $0 != "=" }
                let leading = shift == 0 ? 0 : shift + 1
                let trailing = (shift + bytes.count) % 3 == 0 ? 0 : 1
                let inner = encoded.dropFirst(leading).dropLast(trailing)
                if inner.utf8.count >= minimumLength { forms.append(String(inner)) }
            }
        }
        return forms
    }
}

/// Text from outside made fit for a terminal: control characters but tab and line feed are dropped.
package func terminalSafe(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
    var view = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where !isUnsafe(scalar) { view.append(scalar) }
    return String(view)
}

private func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: false
    case 0..<0x20, 0x7F..<0xA0: true
    // Marks that reorder text can make it read as something else.
    case 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
}
