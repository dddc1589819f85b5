import Synchronization

/// Replaces known secrets in text that is shown or exported by `***`: the second net behind the static checks.
///
/// A secret of 8 bytes or more is found as it is, with any of its characters escaped as URLs, JSON and XML do it, inside
/// base64, and where a text was cut off in the middle of it. A shorter one would mask ordinary text and is left to the
/// static checks. Safe to use from any thread.
package final class Masker: Sendable {
    private let known = Mutex(SecretSet())
    package static let replacement = "***"
    /// Shorter secrets are not looked for.
    package static let minimumLength = 8

    package init() {}

    /// Adds a secret; each line of a secret of several lines (a PEM key) is one too, and so are the parts of an address.
    /// Lines that are all short, as those of a list of codes, are found only where nothing else stands in their line.
    package func add(_ secret: String) {
        let lines = secret.split(whereSeparator: \.isNewline).map(String.init)
        // What frames a key is the same in every one.
        let parts = lines.count > 1 ? [secret] + lines.filter { !$0.hasPrefix("-----") } : [secret]
        let areShort = lines.count > 1 && lines.allSatisfy { $0.utf8.count < Masker.minimumLength }
        known.withLock { known in
            for part in parts + SecretAddress.parts(of: secret) where part.utf8.count >= Masker.minimumLength {
                known.insert(part)
            }
            guard areShort, secret.utf8.count >= Masker.minimumLength else { return }
            for line in lines where line.utf8.count >= Masker.minimumLength / 2 { known.insert(line: line) }
        }
    }

    /// Adds every text under a secret mark inside `value`.
    package func add(secretsIn value: Value) {
        switch value {
        case .secret(let inner): addTexts(of: inner)
        case .list(let items): for item in items { add(secretsIn: item) }
        case .map(let map): for (_, item) in map { add(secretsIn: item) }
        case .optional(let inner?): add(secretsIn: inner)
        default: break
        }
    }

    private func addTexts(of value: Value) {
        switch value {
        case .string(let text): add(text)
        case .bytes(let bytes): add(String(decoding: bytes, as: UTF8.self))
        case .int, .uint, .double, .number: add(JSON.text(value))
        case .list(let items): for item in items { addTexts(of: item) }
        case .map(let map): for (_, item) in map { addTexts(of: item) }
        case .optional(let inner?): addTexts(of: inner)
        case .secret(let inner): addTexts(of: inner)
        default: break
        }
    }

    /// - Parameter replacement: what stands for each secret.
    package func mask(_ text: String, by replacement: String = Masker.replacement) -> String {
        secrets.mask(text, by: replacement)
    }

    /// Secret marks become `***`, and all text is masked, that of keys and bytes, too.
    package func mask(_ value: Value) -> Value { secrets.mask(value) }

    package func mask(_ failure: Failure) -> Failure {
        let secrets = secrets
        var copy = failure
        copy.message = secrets.mask(failure.message)
        copy.hint = failure.hint.map { secrets.mask($0) }
        copy.underlying = failure.underlying.map { secrets.mask($0) }
        copy.code = failure.code.map { secrets.mask($0) }
        copy.requestID = failure.requestID.map { secrets.mask($0) }
        return copy
    }

    /// The value with a secret mark on every part that holds a known secret, as where a command prints what it was given.
    package func marked(_ value: Value) -> Value {
        let secrets = secrets
        return secrets.isEmpty ? value : secrets.marked(value)
    }

    private var secrets: SecretSet { known.withLock { $0 } }
}

extension SecretSet {
    fileprivate func mask(_ text: String, by replacement: String = Masker.replacement) -> String {
        var text = text
        let found = ranges(in: &text)
        guard !found.isEmpty else { return text }
        return text.withUTF8 { bytes in
            var masked = ""
            var rest = 0
            for range in found {
                masked += String(decoding: bytes[rest..<range.lowerBound], as: UTF8.self) + replacement
                rest = range.upperBound
            }
            return masked + String(decoding: bytes[rest...], as: UTF8.self)
        }
    }

    fileprivate func mask(_ value: Value) -> Value {
        switch value {
        case .secret: .string(Masker.replacement)
        case .string(let text): .string(mask(text))
        case .bytes(let bytes): holds(bytes) ? .string(Masker.replacement) : value
        case .int, .uint, .double, .number: holds(number: value) ? .string(Masker.replacement) : value
        case .list(let items): .list(items.map(mask))
        case .map(let map): .map(mask(map))
        case .optional(let inner?): .optional(mask(inner))
        default: value
        }
    }

    private func mask(_ map: ValueMap) -> ValueMap {
        guard holdsInKeys(map) else { return map.mapValues(mask) }
        var masked = ValueMap()
        for (key, value) in map { masked[mask(key)] = mask(value) }
        return masked
    }

    private func holdsInKeys(_ map: ValueMap) -> Bool { map.contains { mask($0.key) != $0.key } }

    private func mask(_ key: MapKey) -> MapKey {
        guard case .string(let text) = key else { return key }
        return .string(mask(text))
    }

    fileprivate func marked(_ value: Value) -> Value {
        switch value {
        case .string(var text): ranges(in: &text).isEmpty ? value : value.markedSecret
        case .bytes(let bytes): holds(bytes) ? value.markedSecret : value
        case .int, .uint, .double, .number: holds(number: value) ? value.markedSecret : value
        case .list(let items): .list(items.map(marked))
        case .map(let map):
            // A key can't carry a mark of its own.
            holdsInKeys(map) ? value.markedSecret : .map(map.mapValues(marked))
        case .optional(let inner?): .optional(marked(inner))
        default: value
        }
    }

    private func holds(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { !ranges(in: $0).isEmpty }
    }

    private func holds(number: Value) -> Bool {
        guard hasNumbers else { return false }
        var text = JSON.text(number)
        return !ranges(in: &text).isEmpty
    }

    private func ranges(in text: inout String) -> [Range<Int>] { isEmpty ? [] : text.withUTF8 { ranges(in: $0) } }
}
