import FlowCore
import FlowNodes

/// How results are written.
enum OutputFormat: String, Sendable, CaseIterable {
    case text
    /// One JSON document, or JSON lines where results come one by one.
    case json
}

/// The user's terminal as every command sees it: results on standard output, everything else on standard error.
///
/// Whatever is written loses known secrets and control characters on the way. Safe to use from any thread.
struct Console: Sendable {
    /// Results.
    var output: any Channel
    /// Progress, remarks and errors.
    var notes: any Channel
    var outputScreen: Screen
    var notesScreen: Screen
    var format: OutputFormat
    /// How notes are written: as they are, or each as an object on a line.
    var logFormat: LogFormat
    var isQuiet: Bool
    var isVerbose: Bool
    var masker: Masker

    init(
        output: any Channel, notes: any Channel, outputScreen: Screen = .plain, notesScreen: Screen = .plain,
        format: OutputFormat = .text, logFormat: LogFormat = .text, isQuiet: Bool = false, isVerbose: Bool = false,
        masker: Masker = Masker()
    ) {
        self.output = output
        self.notes = notes
        self.outputScreen = outputScreen
        self.notesScreen = notesScreen
        self.format = format
        self.logFormat = logFormat
        self.isQuiet = isQuiet
        self.isVerbose = isVerbose
        self.masker = masker
    }

    /// A line of the result.
    func show(_ line: StyledText) { output.write(render(line, outputScreen) + "\n") }

    /// Lines of the result, many with one write.
    func show(_ lines: some Sequence<StyledText>) {
        var text = ""
        for line in lines {
            text += line.rendered(colors: outputScreen.colors)
            text += "\n"
            if text.utf8.count >= 1 << 16 {
                output.write(masker.mask(text))
                text = ""
            }
        }
        if !text.isEmpty { output.write(masker.mask(text)) }
    }

    /// The result as JSON: indented where a person reads it, else on one line.
    func show(json value: Value) {
        show(StyledText(JSON.text(masker.mask(value), pretty: outputScreen.isTerminal)))
    }

    /// The result in the format asked for.
    func show(json value: @autoclosure () -> Value, text: () -> Void) {
        if format == .json { show(json: value()) } else { text() }
    }

    /// Text that is the result itself, such as a script for a shell: written as it is.
    func show(document: String) {
        let text = masker.mask(document)
        output.write(text.hasSuffix("\n") ? text : text + "\n")
    }

    /// Something worth knowing that is no result; left out with `--quiet`.
    func note(_ line: StyledText) {
        if !isQuiet { write(note: line, level: "info") }
    }

    /// What only `--verbose` shows.
    func detail(_ line: StyledText) {
        if isVerbose { note(line) }
    }

    /// Always shown.
    func complain(_ line: StyledText) { write(note: line, level: "warning") }

    private func write(note line: StyledText, level: String) {
        switch logFormat {
        case .text: notes.write(render(line, notesScreen) + "\n")
        case .json: log(["level": .string(level), "event": "note", "message": .string(line.rendered(colors: false))])
        }
    }

    /// A line of the log as JSON.
    ///
    /// - Parameters:
    ///   - fields: level and event first.
    ///   - run: the run that it belongs to, once there is one.
    func log(_ fields: KeyValuePairs<String, Value>, run: String? = nil) {
        log(ValueMap(fields.map { ($0, $1) }), run: run, at: SystemClock().now())
    }

    func log(_ fields: ValueMap, run: String?, at time: Timestamp) {
        var line = ValueMap([("time", .string(time.rfc3339))])
        if let run { line["run"] = .string(run) }
        for (name, value) in fields { line[name] = value }
        notes.write(JSON.text(masker.mask(.map(line))) + "\n")
    }

    /// The line as it is sent to the terminal; for progress, which draws several at once.
    func rendered(note line: StyledText) -> String { render(line, notesScreen) }

    /// The first `width` columns of a line. Secrets are masked before: a part of one isn't known for one any more.
    func cut(_ line: StyledText, to width: Int) -> StyledText {
        let masked = masker.mask(line.plain)
        // Behind a secret the styles would be at other places.
        return (masked == line.plain ? line : StyledText(masked)).cut(to: width)
    }

    private func render(_ line: StyledText, _ screen: Screen) -> String {
        masker.mask(line.rendered(colors: screen.colors))
    }
}

extension Console {
    /// An error with its hint, and with `--verbose` what caused it.
    func complain(_ failure: Failure) {
        if logFormat == .json { return log(["level": "error", "event": "error", "error": failure.asValue]) }
        let place = failure.position.map { $0.location + ": " } ?? ""
        complain("\(place)\("error:", .red) \(failure.message)")
        if let hint = failure.hint { complain("  \("hint:", .cyan) \(hint)") }
        if let id = failure.requestID { complain("  \("request id:", .dim) \(terminalSafe(id))") }
        if isVerbose, let cause = failure.underlying { complain("  \("cause:", .dim) \(cause)") }
    }

    /// A diagnostic with its line and caret, the severity coloured.
    func complain(_ diagnostic: Diagnostic) {
        if logFormat == .json {
            let level = diagnostic.severity == .note ? "info" : diagnostic.severity.rawValue
            return log(["level": .string(level), "event": "diagnostic", "diagnostic": diagnostic.asValue])
        }
        let style: Style =
            switch diagnostic.severity {
            case .error: .red
            case .warning: .yellow
            case .note: .cyan
            }
        let word = "\(diagnostic.severity.rawValue):"
        let text = diagnostic.rendered
        guard let range = text.firstRange(of: " \(word) ") else { return complain(StyledText(text)) }
        complain("\(String(text[..<range.lowerBound])) \(word, style) \(String(text[range.upperBound...]))")
    }
}
