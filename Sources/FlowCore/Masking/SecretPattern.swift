/// One secret in one of the forms it may have in a text.
struct SecretPattern: Sendable {
    /// What stands for one character of the secret.
    enum Unit: Sendable {
        /// The character as it is, or escaped.
        case scalar(Unicode.Scalar)
        /// A digit of base64 in either alphabet, after a line break or none.
        case digit(UInt8)

        fileprivate var firstByte: UInt8 {
            switch self {
            case .scalar(let scalar): UTF8.encode(scalar)?.first ?? 0
            case .digit(let digit): digit
            }
        }
    }

    let units: [Unit]
    /// How much of it a text must show for a part to be told from chance.
    let shortestPart: Int
    /// The bytes that a text in this form may begin with.
    let beginnings: Set<UInt8>

    /// The forms of a secret: its characters, and base64 in which it starts at any of three places of a longer text; of
    /// these the digits that depend on the secret alone.
    static func all(of secret: String) -> [SecretPattern] {
        // What frames a key is the same in every one.
        let frame = secret.hasPrefix("-----") ? secret.prefix { !$0.isNewline }.unicodeScalars.count : 0
        var patterns = [SecretPattern(secret.unicodeScalars.map(Unit.scalar), frame: frame)]
        // A client writes it so where it is a host, or a part of one.
        let isHost = secret.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D || byte == 0x2E
        }
        if isHost, case let small = secret.lowercased(), small != secret {
            patterns.append(SecretPattern(small.unicodeScalars.map(Unit.scalar)))
        }
        let bytes = Array(secret.utf8)
        for shift in 0..<3 {
            let encoded = Base64.encode(repeatElement(0, count: shift) + bytes).utf8.prefix { $0 != UInt8(ascii: "=") }
            let leading = shift == 0 ? 0 : shift + 1
            let trailing = (shift + bytes.count) % 3 == 0 ? 0 : 1
            let digits = encoded.dropFirst(leading).dropLast(trailing)
            if digits.count >= Masker.minimumLength { patterns.append(SecretPattern(digits.map(Unit.digit))) }
        }
        return patterns
    }

    private init(_ units: [Unit], frame: Int = 0) {
        self.units = units
        // Tokens of one service begin alike, so that the beginning alone is no secret.
        shortestPart = frame + max(Masker.minimumLength, min(12, (units.count - frame) * 3 / 4))
        var beginnings: Set<UInt8> = [UInt8(ascii: "%"), UInt8(ascii: "\\")]
        switch units.first {
        case .scalar(let scalar):
            beginnings.insert(Unit.scalar(scalar).firstByte)
            beginnings.insert(UInt8(ascii: "&"))
            if scalar == " " { beginnings.insert(UInt8(ascii: "+")) }
        case .digit(let digit):
            beginnings.insert(digit)
            beginnings.insert(SecretPattern.urlDigit(digit))
        case nil: break
        }
        self.beginnings = beginnings
    }

    /// What stands at each place inside it that has enough left after it to be told from chance.
    var middles: [(unit: Int, bytes: [UInt8])] {
        guard units.count > Masker.minimumLength else { return [] }
        return (1...units.count - Masker.minimumLength).map { unit in
            (unit, units[unit..<unit + 4].map { SecretPattern.standardDigit($0.firstByte) })
        }
    }

    /// The digit in the alphabet that is not for URLs.
    static func standardDigit(_ digit: UInt8) -> UInt8 {
        switch digit {
        case UInt8(ascii: "-"): UInt8(ascii: "+")
        case UInt8(ascii: "_"): UInt8(ascii: "/")
        default: digit
        }
    }

    /// The digit in the alphabet for URLs and file names (RFC 4648).
    static func urlDigit(_ digit: UInt8) -> UInt8 {
        switch digit {
        case UInt8(ascii: "+"): UInt8(ascii: "-")
        case UInt8(ascii: "/"): UInt8(ascii: "_")
        default: digit
        }
    }
}
