/// Matches patterns of secrets with one text.
///
/// A character of a text can be read in two ways where the secret itself holds the character that begins an escape, so
/// all places that a reading may have reached are followed side by side.
struct PatternSearch {
    private let text: UnsafeBufferPointer<UInt8>
    private var places: [Int] = []
    private var next: [Int] = []

    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    /// Where a secret that begins at `start` ends, at the latest; nil where none begins there. One of which the text
    /// shows only a beginning, because it was cut off, ends at the cut.
    ///
    /// - Parameter first: the unit that stands at `start`, where the text shows what is left of a secret after that.
    mutating func end(of pattern: SecretPattern, at start: Int, from first: Int = 0) -> Int? {
        places.removeAll(keepingCapacity: true)
        places.append(start)
        for (count, unit) in pattern.units[first...].enumerated() {
            next.removeAll(keepingCapacity: true)
            for place in places {
                switch unit {
                case .scalar(let scalar): addEnds(of: scalar, at: place)
                case .digit(let digit): addEnds(ofDigit: digit, at: place, isFirst: count == 0)
                }
            }
            if next.isEmpty {
                guard count >= pattern.shortestPart else { return nil }
                var end: Int?
                for place in places { end = cut(at: place).map { max($0, end ?? $0) } ?? end }
                return end
            }
            swap(&places, &next)
        }
        return places.max()
    }

    /// The end of what is left of a character where the text was cut off at or within it.
    private func cut(at place: Int) -> Int? {
        var end = place
        // The longest escape of one character has 12 bytes: a pair of `\uXXXX`.
        let begins =
            byte(place).map { [UInt8(ascii: "%"), UInt8(ascii: "\\"), UInt8(ascii: "&")].contains($0) } ?? false
        while begins, end < text.count, end - place < 12, byte(end).map({ $0 < 0x80 }) == true { end += 1 }
        return end == text.count || isEllipsis(at: end) ? end : nil
    }

    private func isEllipsis(at place: Int) -> Bool {
        byte(place) == 0xE2 && byte(place + 1) == 0x80 && byte(place + 2) == 0xA6
    }

    private func byte(_ place: Int) -> UInt8? { place < text.count ? text[place] : nil }

    private mutating func add(_ end: Int) { if !next.contains(end) { next.append(end) } }

    // MARK: - A character

    private mutating func addEnds(of scalar: Unicode.Scalar, at place: Int) {
        guard let first = byte(place), let encoded = UTF8.encode(scalar) else { return }
        if first == encoded.first, let end = raw(encoded, at: place) { add(end) }
        switch first {
        case UInt8(ascii: "%"): if let end = percentEncoded(encoded, at: place) { add(end) }
        case UInt8(ascii: "+"): if scalar == " " { add(place + 1) }
        case UInt8(ascii: "\\"): addEscapes(of: scalar, encoded, at: place)
        case UInt8(ascii: "&"): if let end = entity(of: scalar, at: place) { add(end) }
        case UInt8(ascii: "'"):
            guard scalar == "'" else { break }
            for quoted in PatternSearch.quotedApostrophes { if let end = raw(quoted.utf8, at: place) { add(end) } }
        default: break
        }
    }

    /// As shells write an apostrophe between apostrophes.
    private static let quotedApostrophes = [#"'"'"'"#, #"'\''"#]

    private func raw(_ encoded: some Sequence<UInt8>, at place: Int) -> Int? {
        var end = place
        for expected in encoded {
            guard byte(end) == expected else { return nil }
            end += 1
        }
        return end
    }

    private func percentEncoded(_ encoded: some Sequence<UInt8>, at place: Int) -> Int? {
        var end = place
        for expected in encoded {
            guard byte(end) == UInt8(ascii: "%"), let value = hexadecimal(at: end + 1, count: 2), value == expected
            else {
                return nil
            }
            end += 3
        }
        return end
    }

    /// JSON's escapes, also of JSON that is text inside JSON, where the backslash itself is escaped.
    private mutating func addEscapes(of scalar: Unicode.Scalar, _ encoded: some Sequence<UInt8>, at place: Int) {
        var end = place
        while byte(end) == UInt8(ascii: "\\") {
            end += 1
            // 2, 4 and 8 of them are one of the secret's own.
            if scalar == "\\", [2, 4, 8].contains(end - place) { add(end) }
        }
        guard let letter = byte(end) else { return }
        if letter == UInt8(ascii: "u") {
            if let end = unicodeEscape(of: scalar, at: end) { add(end) }
        } else if letter == UInt8(ascii: "U"), hexadecimal(at: end + 1, count: 8) == scalar.value {
            add(end + 9)
        } else if letter == UInt8(ascii: "x"), !scalar.isASCII {
            // Of the character, or of the bytes that it consists of.
            if hexadecimal(at: end + 1, count: 2) == scalar.value { add(end + 3) }
            if let end = byteEscapes(of: encoded, at: end) { add(end) }
        } else if let short = PatternSearch.shortEscapes[scalar], letter == short {
            add(end + 1)
        } else if scalar.isASCII, !scalar.properties.isAlphabetic, let end = raw(encoded, at: end) {
            add(end)
        }
    }

    private static let shortEscapes: [Unicode.Scalar: UInt8] = [
        "\n": UInt8(ascii: "n"), "\r": UInt8(ascii: "r"), "\t": UInt8(ascii: "t"), "\u{8}": UInt8(ascii: "b"),
        "\u{C}": UInt8(ascii: "f"),
    ]

    /// - Parameter place: of the `x` of the first escape.
    private func byteEscapes(of encoded: some Sequence<UInt8>, at place: Int) -> Int? {
        var end = place
        for expected in encoded {
            while end > place, byte(end) == UInt8(ascii: "\\") { end += 1 }
            guard byte(end) == UInt8(ascii: "x"), hexadecimal(at: end + 1, count: 2) == UInt32(expected) else {
                return nil
            }
            end += 3
        }
        return end
    }

    /// - Parameter place: of the `u` of the first escape.
    private func unicodeEscape(of scalar: Unicode.Scalar, at place: Int) -> Int? {
        var end = place
        for unit in String(scalar).utf16 {
            while end > place, byte(end) == UInt8(ascii: "\\") { end += 1 }
            guard byte(end) == UInt8(ascii: "u"), hexadecimal(at: end + 1, count: 4) == UInt32(unit) else { return nil }
            end += 5
        }
        return end
    }

    private func hexadecimal(at place: Int, count: Int) -> UInt32? {
        var value: UInt32 = 0
        for offset in 0..<count {
            guard let digit = byte(place + offset).flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
                return nil
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// A reference to a character in XML or HTML.
    private func entity(of scalar: Unicode.Scalar, at place: Int) -> Int? {
        // The longest is `&#x10ffff;`, unless it has leading zeros.
        guard let semicolon = (place + 2..<place + 12).first(where: { byte($0) == UInt8(ascii: ";") }) else {
            return nil
        }
        let name = String(decoding: text[place + 1..<semicolon], as: UTF8.self)
        let value: UInt32? =
            if name.hasPrefix("#x") || name.hasPrefix("#X") {
                UInt32(name.dropFirst(2), radix: 16)
            } else if name.hasPrefix("#") {
                UInt32(name.dropFirst())
            } else {
                PatternSearch.entities[name]?.value
            }
        return value == scalar.value ? semicolon + 1 : nil
    }

    private static let entities: [String: Unicode.Scalar] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'",
    ]

    // MARK: - A digit of base64

    private mutating func addEnds(ofDigit digit: UInt8, at start: Int, isFirst: Bool) {
        let place = isFirst ? start : afterLineBreak(at: start)
        switch byte(place) {
        case digit, SecretPattern.urlDigit(digit): add(place + 1)
        case UInt8(ascii: "%"):
            guard let value = hexadecimal(at: place + 1, count: 2) else { return }
            if value == digit || value == SecretPattern.urlDigit(digit) { add(place + 3) }
        case UInt8(ascii: "\\"):
            if digit == UInt8(ascii: "/"), byte(place + 1) == digit { add(place + 2) }
        default: break
        }
    }

    /// Base64 in mail and in keys comes in lines; inside JSON their ends are escaped.
    private func afterLineBreak(at start: Int) -> Int {
        var place = start
        while true {
            switch (byte(place), byte(place + 1)) {
            case (UInt8(ascii: "\r"), _), (UInt8(ascii: "\n"), _): place += 1
            case (UInt8(ascii: "\\"), UInt8(ascii: "r")), (UInt8(ascii: "\\"), UInt8(ascii: "n")): place += 2
            default: return place
            }
        }
    }
}
