extension String {
    /// With a space for each line break: what follows one in a name must not begin a line, where a CI service would take
    /// `::error::` for a command to it.
    var onOneLine: String {
        utf8.contains(UInt8(ascii: "\n")) ? String(unicodeScalars.map { $0 == "\n" ? " " : Character($0) }) : self
    }

    /// In double quotes, as Graphviz and Prometheus read them: quotes and backslashes with a backslash before them, line
    /// feeds as `\n`.
    var inQuotes: String {
        // By scalars: a carriage return and a line feed are one character.
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "\\": result.append(contentsOf: ["\\", scalar])
            case "\n": result.append(contentsOf: ["\\", "n"])
            default: result.append(scalar)
            }
        }
        return "\"\(String(result))\""
    }
}
