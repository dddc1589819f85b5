extension StringProtocol {
    /// Without spaces, tabs and line breaks at both ends.
    package var trimmed: String {
        let isKept: (Character) -> Bool = { $0 != " " && $0 != "\t" && !$0.isNewline }
        guard let first = firstIndex(where: isKept), let last = lastIndex(where: isKept) else { return "" }
        return String(self[first...last])
    }
}
