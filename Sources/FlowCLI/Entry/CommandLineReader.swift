import ArgumentParser
import FlowCore

/// Arguments to a command that can run, with "did you mean" where ArgumentParser has none.
enum CommandLineReader {
    /// What was asked for is a text: a help screen, a version, completions.
    struct Reply: Error { var text: String }

    /// - Throws: ``Reply``, or an `Exit` of status `usage`.
    static func read(_ arguments: [String]) throws -> (any Verb)? {
        if let verb = try atItsWords(arguments) { return verb }
        do {
            var command = try FlowctlCommand.parseAsRoot(arguments)
            if let verb = command as? any Verb { return verb }
            // A noun alone, or --help: ArgumentParser's own commands answer by throwing their text.
            try command.run()
            return nil
        } catch {
            throw answer(to: error)
        }
    }

    /// The command that the first words name, read without the nouns before it: ArgumentParser would set up the whole
    /// tree and read each level, which takes longer than many a command itself.
    ///
    /// - Returns: nil for anything but a command that can run; the whole parser says what that means.
    private static func atItsWords(_ arguments: [String]) throws -> (any Verb)? {
        guard let (command, words) = try checkCommandWords(arguments), arguments.starts(with: words) else { return nil }
        return (try? command.parseAsRoot(Array(arguments.dropFirst(words.count)))) as? any Verb
    }

    private static func answer(to error: any Error) -> any Error {
        if FlowctlCommand.exitCode(for: error).isSuccess { return Reply(text: FlowctlCommand.fullMessage(for: error)) }
        let message = lowerCased(FlowctlCommand.message(for: error))
        if let suggestion = message.firstRange(of: ". Did you mean ") {
            return Exit.usage(
                String(message[..<suggestion.lowerBound]), hint: "did you mean \(message[suggestion.upperBound...])")
        }
        if let choices = message.firstRange(of: ". Please provide one of ") {
            return Exit.usage(
                String(message[..<choices.lowerBound]), hint: "give one of \(message[choices.upperBound...])")
        }
        if isOfNoOption(message) {
            return Exit.usage(message, hint: "put -- before what begins with \"-\" and is no option")
        }
        return Exit.usage(message, hint: helpHint(in: FlowctlCommand.fullMessage(for: error)))
    }

    /// Whether the option that is not known is something else that begins with a minus, such as `-5 % 3`.
    private static func isOfNoOption(_ message: String) -> Bool {
        guard message.hasPrefix("unknown option \"-"), let name = message.split(separator: "\"").dropFirst().first
        else {
            return false
        }
        return name.contains(" ") || name.dropFirst().first?.isLetter == false && !name.hasPrefix("--")
    }

    /// From ArgumentParser's last line, "See 'flowctl run --help' for more information."
    private static func helpHint(in message: String) -> String? {
        guard let line = message.split(separator: "\n").last(where: { $0.contains("See '") }) else { return nil }
        let parts = line.split(separator: "'")
        return parts.count >= 2 ? "run \"\(parts[1])\"" : nil
    }

    /// ArgumentParser's sentence as our messages are: no capital, no full stop, double quotes.
    private static func lowerCased(_ message: String) -> String {
        var text = message.split(separator: "\n").first.map(String.init) ?? message
        if text.hasSuffix(".") { text.removeLast() }
        text = String(text.map { $0 == "'" ? "\"" : $0 })
        return text.prefix(1).lowercased() + text.dropFirst()
    }

    /// Follows the words of the command down the tree; an unknown one gets a suggestion instead of the puzzling
    /// "unexpected argument" of the parser, which takes it for an argument of the noun.
    ///
    /// - Returns: the command that the words end at and how it is called; nil where they end at a noun.
    private static func checkCommandWords(
        _ arguments: [String]
    ) throws -> (command: any ParsableCommand.Type, words: [String])? {
        var command: any ParsableCommand.Type = FlowctlCommand.self
        var words: [String] = []
        var rest = CommandWords(arguments)
        var isHelp = false
        while true {
            let children = command.configuration.subcommands
            guard !children.isEmpty else { return isHelp ? nil : (command, words) }
            guard let word = rest.next() else { return nil }
            guard word != "help" else {
                if isHelp { return nil }
                isHelp = true
                continue
            }
            guard let next = children.first(where: { $0.configuration.commandName == word }) else {
                let names = children.map { $0.configuration }.filter(\.shouldDisplay).compactMap(\.commandName)
                let path = (["flowctl"] + words).joined(separator: " ")
                throw Exit.usage(
                    "unknown command \"\(word)\" of \(path)",
                    hint: Suggestion.didYouMean(word, among: names) ?? "run \"\(path) --help\" for the commands")
            }
            command = next
            words.append(word)
        }
    }
}

/// The words of a command line that are no options and no values of global options.
private struct CommandWords {
    private var rest: ArraySlice<String>
    private static let optionsWithValue: Set = ["--output", "--state-db", "--vault"]

    init(_ arguments: [String]) { rest = arguments[...] }

    mutating func next() -> String? {
        while let word = rest.popFirst() {
            if word == "--" || word.hasPrefix("---") { return nil }
            if CommandWords.optionsWithValue.contains(word) { _ = rest.popFirst() }
            if !word.hasPrefix("-") { return word }
            if rest.isEmpty { return nil }
        }
        return nil
    }
}
