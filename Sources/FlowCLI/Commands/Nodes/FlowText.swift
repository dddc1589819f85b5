import FlowCore

/// Values as a person would write them in a workflow file.
enum FlowText {
    /// On one line of YAML: a string without quotes where it stays one without them.
    static func scalar(_ value: Value) -> String {
        guard let text = value.stringValue else { return JSON.text(value) }
        return isPlain(text) ? text : JSON.quoted(text)
    }

    static func number(_ value: Double) -> String { Int64(exactly: value).map(String.init) ?? "\(value)" }

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, first.properties.isAlphabetic || first == "/" || first == "_"
        else { return false }
        let words = ["true", "false", "null", "True", "False", "Null", "TRUE", "FALSE", "NULL"]
        return !words.contains(text) && !text.hasSuffix(":") && !text.hasSuffix(" ") && !text.contains(": ")
            && !text.contains(" #") && !text.contains("\n") && !text.contains("\t")
            && !text.unicodeScalars.contains { $0.value < 0x20 }
    }
}
