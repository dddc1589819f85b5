extension Session {
    /// Asks before something that can't be taken back.
    ///
    /// - Parameters:
    ///   - isGiven: whether `--yes` has answered already.
    ///   - doing: what `--yes` would do, as "delete".
    /// - Throws: an `Exit` of status `cancelled` for any answer but yes, of status `usage` where nobody can be asked.
    func confirm(_ question: String, isGiven: Bool, doing: String) throws {
        guard !isGiven else { return }
        guard prompt.isAvailable else {
            throw Exit.usage("there is no terminal to ask on", hint: "add --yes to \(doing) without being asked")
        }
        let answer = try prompt.ask("\(question) [y/N]", isSecret: false)
        guard answer.lowercased().hasPrefix("y") else { throw Exit.status(.cancelled) }
    }
}
