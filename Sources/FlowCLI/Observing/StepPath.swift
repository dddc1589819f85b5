/// What the path of a step tells: `deploy`, `deploy/upload`, `deploy[3]/upload`.
enum StepPath {
    /// Whether a step stands inside an item of a loop.
    static func isInItem(_ path: String) -> Bool { path.contains("[") && path.contains("]/") }

    /// The step around this one, as `deploy` for `deploy[3]/upload`; nil at the top.
    static func parent(of path: String) -> String? {
        guard let slash = path.lastIndex(of: "/") else { return nil }
        let block = path[..<slash]
        guard block.last == "]", let bracket = block.lastIndex(of: "[") else { return String(block) }
        return String(block[..<bracket])
    }
}
