extension String {
    /// As one word of a shell: in quotes where a shell would read more into it.
    package var asShellWord: String {
        let isPlain = utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122: true
            default: "/._-+@:,=".utf8.contains(byte)
            }
        }
        guard !isPlain || isEmpty else { return self }
        // By scalars: a quote and a combining mark are one character, in which a shell sees the quote.
        let parts = unicodeScalars.split(separator: "'", omittingEmptySubsequences: false).map { String($0) }
        return "'\(parts.joined(separator: #"'\''"#))'"
    }
}
