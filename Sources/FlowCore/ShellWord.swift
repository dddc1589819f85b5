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
        return "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}
