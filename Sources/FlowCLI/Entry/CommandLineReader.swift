import ArgumentParser
import FlowCore

/// Arguments to a command that can run, with "did you mean" where ArgumentParser has none.
enum CommandLineReader {
    /// What was asked for is a text: a help screen, a version, completions.
    struct Reply: Error { var text: String }

    /// - Throws: ``Reply``, or an `Exit` of status `usage`.
    static func read(_ arguments: [String]) throws -> (any Verb)? {
        try checkCommandWords(arguments)
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
        return Exit.usage(message, hint: helpHint(in: FlowctlCommand.fullMessage(for: error)))
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
    private static func checkCommandWords(_ arguments: [String]) throws {
        var command: any ParsableCommand.Type = FlowctlCommand.self
        var path = "flowctl"
        for word in CommandWords(arguments) {
            let children = command.configuration.subcommands
            guard !children.isEmpty else { return }
            if word == "help" { return }
            guard let next = children.first(where: { $0.configuration.commandName == word }) else {
                let names = children.map { $0.configuration }.filter(\.shouldDisplay).compactMap(\.commandName)
                throw Exit.usage(
                    "unknown command \"\(word)\" of \(path)",
                    hint: Suggestion.didYouMean(word, among: names) ?? "run \"\(path) --help\" for the commands")
            }
            command = next
            path += " " + word
        }
    }
}

/// The words of a command line that are no options and no values of global options.
private struct CommandWords: Sequence, IteratorProtocol {
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
