import Glibc

/// Tells text that a machine made up from text that a person wrote.
enum Chance {
    /// Whether it is the value itself, and no expression, variable or command that gives one.
    static func isLiteral(_ text: ArraySlice<UInt8>) -> Bool {
        !text.isEmpty && !text.contains(where: expressive.contains)
    }

    private static let expressive = ByteSet("$<>{}(*")
    private static let separators = ByteSet("./:-_ ")

    /// What people write where a secret would go: `xxxxxxxx`, `your-token-here`.
    static func isPlaceholder(_ text: ArraySlice<UInt8>) -> Bool {
        if Set(text).count < 6 { return true }
        let words = String(decoding: text, as: UTF8.self).lowercased()
        return ["your", "example", "placeholder", "changeme", "redacted", "xxxx"].contains { words.contains($0) }
    }

    /// Whether it is long and mixed enough to be a key. Words and paths have letters alone, or few digits among them.
    static func isLikely(_ text: ArraySlice<UInt8>) -> Bool {
        let digits = text.count { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let separators = text.count(where: Chance.separators.contains)
        return text.count >= 16 && digits >= 2 && digits < text.count && separators * 5 <= text.count
            && bitsPerByte(text) >= 3
    }

    /// The entropy of the text, were its bytes drawn by chance (Shannon).
    static func bitsPerByte(_ text: ArraySlice<UInt8>) -> Double {
        var counts = [Int](repeating: 0, count: 256)
        for byte in text { counts[Int(byte)] += 1 }
        let total = Double(text.count)
        return counts.lazy.filter { $0 > 0 }.map { Double($0) / total }.reduce(0) { $0 - $1 * log2($1) }
    }
}
