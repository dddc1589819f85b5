/// How progress is written to standard error.
enum LogFormat: String, Sendable, CaseIterable {
    /// For people: in place on a terminal, else a line for each step.
    case text
    /// An object on a line for each event.
    case json
}
