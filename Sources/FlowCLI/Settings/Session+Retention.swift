import FlowCore
import FlowStore

extension Session {
    /// How long runs are kept, by `FLOWCTL_KEEP_RUNS` and `FLOWCTL_KEEP_UNFINISHED_RUNS`.
    ///
    /// - Throws: an `Exit` of status `usage` where one of them says neither a duration nor `forever`.
    func retention() throws -> Retention {
        Retention(
            succeeded: try age("FLOWCTL_KEEP_RUNS", standard: Retention.standard.succeeded),
            unfinished: try age("FLOWCTL_KEEP_UNFINISHED_RUNS", standard: Retention.standard.unfinished))
    }

    private func age(_ variable: String, standard: Duration?) throws -> Duration? {
        guard let text = environment[variable], !text.isEmpty else { return standard }
        if text == "forever" { return nil }
        guard let age = Duration(text: text), age >= .zero else {
            throw Exit.usage("\(variable) is \"\(text)\", which is no duration", hint: "write it as 30d, or forever")
        }
        return age
    }
}
