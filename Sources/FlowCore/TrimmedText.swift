extension StringProtocol {
    /// Without spaces, tabs and line breaks at both ends.
    package var trimmed: String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0.isNewline }
        let start = drop(while: isSpace)
        return String(String(start.reversed()).drop(while: isSpace).reversed())
    }
}
