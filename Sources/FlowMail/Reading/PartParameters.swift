import FlowCore

extension BodyPart.Parameters {
    /// The text of a parameter: in several pieces and character sets (RFC 2231), with encoded words as many senders write
    /// them, or plain.
    func text(_ name: String) -> String? {
        if let (_, value) = first(where: { $0.name == name + "*" }) { return PartParameter.extended([(value, true)]) }
        let pieces = pieces(of: name)
        if !pieces.isEmpty { return PartParameter.extended(pieces) }
        return first { $0.name == name }.map { MailText.header($0.value) }
    }

    /// The values of `name*0`, `name*1*` and so on, up to the first that is missing.
    private func pieces(of name: String) -> [(value: [UInt8], isEncoded: Bool)] {
        let start = name + "*"
        var found: [Int: (value: [UInt8], isEncoded: Bool)] = [:]
        for parameter in self where parameter.name.hasPrefix(start) {
            var digits = parameter.name.dropFirst(start.count)
            let isEncoded = digits.last == "*"
            if isEncoded { digits.removeLast() }
            guard let number = Int(digits), String(number) == digits, found[number] == nil else { continue }
            found[number] = (parameter.value, isEncoded)
        }
        var pieces: [(value: [UInt8], isEncoded: Bool)] = []
        while let piece = found[pieces.count] { pieces.append(piece) }
        return pieces
    }
}

private enum PartParameter {
    /// `UTF-8'en'f%C3%BCr`: the first piece names character set and language where it is encoded.
    static func extended(_ pieces: [(value: [UInt8], isEncoded: Bool)]) -> String {
        var charset: String?
        var bytes: [UInt8] = []
        for (index, piece) in pieces.enumerated() {
            var value = piece.value[...]
            if index == 0, piece.isEncoded {
                let parts = value.split(separator: UInt8(ascii: "'"), maxSplits: 2, omittingEmptySubsequences: false)
                if parts.count == 3 {
                    charset = String(decoding: parts[0], as: UTF8.self)
                    value = parts[2]
                }
            }
            bytes += piece.isEncoded ? unescaped(value) : Array(value)
        }
        return MailText.decode(bytes, charset: charset)
    }

    private static func unescaped(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                result.append(value)
                rest = rest.dropFirst(2)
            } else {
                result.append(byte)
            }
        }
        return result
    }
}
