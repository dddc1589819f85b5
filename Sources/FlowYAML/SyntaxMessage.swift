import FlowCore

/// libyaml's complaint in words that say what to change.
struct SyntaxMessage {
    let diagnostic: Diagnostic

    init(_ error: YAMLSyntaxError, in source: SourceText) {
        let bytes = source.bytes
        let isOpenQuote = ["found unexpected end of stream", "found unexpected document indicator"]
            .contains(error.problem)
        // The quote that should have ended may be many lines above.
        let offset = min(isOpenQuote ? error.contextOffset ?? error.offset : error.offset, bytes.count)
        let span = SourceSpan(source, start: offset, end: min(offset + 1, bytes.count))
        let byte = offset < bytes.count ? bytes[offset] : nil
        var message = "invalid YAML: \(error.problem)"
        if let context = error.context { message += " \(context)" }
        var hint: String?
        switch error.problem {
        case "found character that cannot start any token" where byte == 0x09:
            message = "a tab can't indent YAML"
            hint = "indent with spaces"
        case "found character that cannot start any token":
            if let byte, byte > 0x20, byte < 0x7F {
                let character = Character(Unicode.Scalar(byte))
                message = "a plain value can't start with \"\(character)\""
                hint = "put the value in quotes"
            }
        case "mapping values are not allowed in this context":
            message = "\": \" is not expected here"
            hint = "put text that holds \": \" in quotes, or check the indentation above"
        case "did not find expected ',' or '}'", "did not find expected ',' or ']'":
            message = "expected \",\" or \"\(error.problem.hasSuffix("'}'") ? "}" : "]")\""
            if SyntaxMessage.standsInTemplate(offset, bytes) {
                hint = "put a template inside { } or [ ] in quotes: \"${{ … }}\""
            }
        case "did not find expected key":
            message = "expected a key"
            hint = "check the indentation of this line and the one above"
        case "did not find expected '-' indicator":
            message = "expected \"- \" and an item"
            hint = "check the indentation of this line and the one above"
        case _ where isOpenQuote:
            message = "the text in quotes has no end"
            hint = "add the closing quote"
        case "control characters are not allowed":
            message = "a control character is not allowed in YAML"
            hint = "write it as an escape in double quotes, such as \"\\x1b\""
        case "exceeded maximum nesting", "exceeded maximum depth":
            message = "nested too deeply"
        default: break
        }
        diagnostic = .error("invalid-yaml", message, at: span, hint: hint)
    }

    /// Whether a `${{` stands unquoted shortly before the place where a flow collection broke.
    private static func standsInTemplate(_ offset: Int, _ bytes: [UInt8]) -> Bool {
        let before = bytes[max(0, offset - 3)..<min(bytes.count, offset + 3)]
        return String(decoding: before, as: UTF8.self).contains("${")
    }
}
