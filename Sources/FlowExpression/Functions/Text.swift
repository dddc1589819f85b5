/// A string by code points, as CEL counts.
struct Text {
    private let scalars: [Unicode.Scalar]

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    var count: Int { scalars.count }

    subscript(range: Range<Int>) -> String { Text.string(scalars[range]) }

    /// A view of scalars would take them one by one, at ten times the cost.
    static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(scalars.underestimatedCount)
        for scalar in scalars {
            if scalar.isASCII {
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                bytes.append(contentsOf: scalar.utf8)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func firstIndex(of part: Text, from start: Int) -> Int? { Needle(part.scalars).first(in: scalars, from: start) }

    /// The last place where `part` starts, at `end` or before.
    func lastIndex(of part: Text, upTo end: Int) -> Int? {
        let searched = scalars.prefix(min(count, end + part.count))
        return Needle(Array(part.scalars.reversed())).first(in: Array(searched.reversed()), from: 0).map {
            searched.count - $0 - part.count
        }
    }

    /// The pieces between separators, `limit` at most. An empty separator cuts between characters; with `whole` false
    /// also before the first and behind the last, as replacing wants it.
    func split(by separator: Text, limit: Int, whole: Bool) -> [String] {
        var pieces: [String] = []
        var start = 0
        if separator.count == 0 {
            if whole {
                while start < count - 1, pieces.count < limit - 1 {
                    pieces.append(self[start..<start + 1])
                    start += 1
                }
                return count == 0 ? [] : pieces + [self[start..<count]]
            }
            if limit > 1 { pieces.append("") }
            while start < count, pieces.count < limit - 1 {
                pieces.append(self[start..<start + 1])
                start += 1
            }
            return pieces + [self[start..<count]]
        }
        let needle = Needle(separator.scalars)
        while pieces.count < limit - 1, let next = needle.first(in: scalars, from: start) {
            pieces.append(self[start..<next])
            start = next + separator.count
        }
        return pieces + [self[start..<count]]
    }

    static func quoted(_ text: String) -> String {
        var quoted = [UInt8(ascii: "\"")]
        quoted.reserveCapacity(text.utf8.count + 2)
        for byte in text.utf8 {
            let escape: Unicode.Scalar? =
                switch byte {
                case 0x07: "a"
                case 0x08: "b"
                case 0x0C: "f"
                case 0x0A: "n"
                case 0x0D: "r"
                case 0x09: "t"
                case 0x0B: "v"
                case UInt8(ascii: "\\"): "\\"
                case UInt8(ascii: "\""): "\""
                default: nil
                }
            if let escape {
                quoted.append(UInt8(ascii: "\\")); quoted.append(UInt8(ascii: escape))
            } else {
                quoted.append(byte)
            }
        }
        quoted.append(UInt8(ascii: "\""))
        return String(decoding: quoted, as: UTF8.self)
    }

    static func outOfRange(_ index: Int, _ count: Int) -> Fault {
        .invalid("the position \(index) is outside the text, which has \(count) characters")
    }
}

/// Searches by Knuth, Morris and Pratt: linear however the text repeats itself.
struct Needle<Element: Equatable> {
    private let elements: [Element]
    /// For each position, the length of the longest start that also ends there.
    private let borders: [Int]

    init(_ elements: [Element]) {
        self.elements = elements
        var borders = [Int](repeating: 0, count: elements.count)
        var length = 0
        for index in elements.indices.dropFirst() {
            while length > 0, elements[index] != elements[length] { length = borders[length - 1] }
            if elements[index] == elements[length] { length += 1 }
            borders[index] = length
        }
        self.borders = borders
    }

    func first(in text: [Element], from start: Int) -> Int? {
        if elements.isEmpty { return start }
        var length = 0
        for index in start..<max(start, text.count) {
            while length > 0, text[index] != elements[length] { length = borders[length - 1] }
            if text[index] == elements[length] { length += 1 }
            if length == elements.count { return index - length + 1 }
        }
        return nil
    }
}
