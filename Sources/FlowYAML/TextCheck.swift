import FlowCore

/// Refuses what is no readable text before the parser sees it.
enum TextCheck {
    static func objection(to source: SourceText, limits: YAMLLimits) -> Diagnostic? {
        let bytes = source.bytes
        if bytes.count > limits.bytes {
            return YAML.tooLarge(name: source.name, size: bytes.count, limit: limits.bytes)
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return .error(
                "not-utf8", "the file is UTF-16 text", at: YAML.nowhere(in: source), hint: "save it as UTF-8")
        }
        if let offset = bytes.firstIndex(of: 0) {
            return .error(
                "binary-file", "the file is binary: byte \(offset) is NUL", at: YAML.nowhere(in: source),
                hint: "give a YAML file")
        }
        if let offset = firstInvalidUTF8(bytes) {
            return .error(
                "not-utf8", "byte \(offset) of the file is not valid UTF-8",
                at: SourceSpan(source, start: offset, end: offset + 1), hint: "save it as UTF-8")
        }
        return nil
    }

    /// The offset of the first byte that starts no valid UTF-8 sequence (RFC 3629); nil where there is none.
    static func firstInvalidUTF8(_ bytes: [UInt8]) -> Int? {
        bytes.withUnsafeBufferPointer { bytes in
            var index = 0
            while index < bytes.count {
                let first = bytes[index]
                if first < 0x80 {
                    index += 1
                    continue
                }
                let length: Int
                var lowest: UInt8 = 0x80
                var highest: UInt8 = 0xBF
                switch first {
                case 0xC2...0xDF: length = 2
                case 0xE0: (length, lowest) = (3, 0xA0)
                case 0xED: (length, highest) = (3, 0x9F)
                case 0xE1...0xEF: length = 3
                case 0xF0: (length, lowest) = (4, 0x90)
                case 0xF1...0xF3: length = 4
                case 0xF4: (length, highest) = (4, 0x8F)
                default: return index
                }
                guard index + length <= bytes.count, (lowest...highest).contains(bytes[index + 1]) else { return index }
                for further in bytes[(index + 2)..<(index + length)] where further & 0xC0 != 0x80 { return index }
                index += length
            }
            return nil
        }
    }
}
