/// Breaks a text in a few places, mostly where the grammar can be hurt.
enum Damage {
    private static let morsels = [
        "(", ")", "[", "]", "{", "}", "?", ":", ",", ".", "||", "&&", "!", "-", "==", " in ", "\"", "'", "'''", "\\",
        "r'",
        "b'", "0x", "1e999", "9223372036854775808", "18446744073709551615u", "null", ".map(x, ", ".all(i, v, ", "[?",
        ".?",
        "\u{0}", "e\u{301}", "💥", "//", "\n", "%", "`", "${{", "\\u", "1.", ".5", "-0", "1E400", ":{", "],[", "true",
    ].map { Array($0.utf8) }

    static func apply(to text: inout [UInt8], _ numbers: inout SeededNumbers) {
        for _ in 0...numbers.below(3) {
            let place = numbers.below(text.count + 1)
            let end = min(text.count, place + numbers.below(6))
            switch numbers.below(6) {
            case 0: text.removeSubrange(place..<end)
            case 1: text.insert(contentsOf: text[place..<end], at: place)
            case 2: text.insert(UInt8(truncatingIfNeeded: numbers.next()), at: place)
            case 3:
                let piece = Array(text[place..<end])
                for _ in 0..<numbers.pick([2, 20, 300]) { text.insert(contentsOf: piece, at: place) }
            default: text.insert(contentsOf: numbers.pick(morsels), at: place)
            }
        }
    }
}
