import FlowCore

/// A statement as it was written, and where its values stand. What is in quotes or comments is left alone.
struct SQLText {
    /// As the server takes it; each `:name` has become one of its own placeholders.
    let native: String
    /// What each placeholder is called, in order; nil where the statement has none with names.
    let names: [String]?
    /// How many values the server's own placeholders take, where names were not asked for.
    let count: Int

    /// - Parameter named: whether values are given by name, so that `:name` stands for one.
    init(_ text: String, _ dialect: SQLDialect, named: Bool) {
        var reader = SQLReader(text, dialect)
        var native: [UInt8] = []
        var names: [String] = []
        var highest = 0
        while let piece = reader.next() {
            switch piece {
            case .text(let bytes): native += bytes
            case .value(let number, let bytes):
                highest = max(highest, number ?? highest + 1)
                native += bytes
            case .name(let name, let bytes):
                guard named else {
                    native += bytes
                    break
                }
                switch dialect.placeholder {
                case .questionMark:
                    names.append(name)
                    native.append(UInt8(ascii: "?"))
                case .numbered:
                    let known = names.firstIndex(of: name)
                    if known == nil { names.append(name) }
                    native += "$\((known ?? names.count - 1) + 1)".utf8
                }
            }
        }
        self.native = String(decoding: native, as: UTF8.self)
        self.names = named ? names : nil
        count = named ? Set(names).count : highest
    }

    /// The values of the placeholders, in order.
    ///
    /// - Parameter isStrict: whether a value that the statement has no name for is a mistake.
    /// - Throws: a `Failure` where numbers or names differ from those of the statement.
    func values(_ given: SQLValues, isStrict: Bool = true) throws(Failure) -> [Value] {
        switch given {
        case .list(let values):
            guard values.count == count else { throw Self.miscounted(count, values.count) }
            return values
        case .map(let values):
            let names = names ?? []
            if isStrict, let extra = values.names.first(where: { !names.contains($0) }) {
                throw Failure(
                    .invalid, "the statement has no parameter \":\(extra)\"",
                    hint: Suggestion.didYouMean(extra, among: names.sorted()) ?? "leave it out")
            }
            var list: [Value] = []
            for name in names {
                guard let value = values[name] else {
                    throw Self.missing(name, hint: Suggestion.didYouMean(name, among: values.names) ?? "give one")
                }
                list.append(value)
            }
            return list
        }
    }

    static func missing(_ name: String, hint: String) -> Failure {
        Failure(.invalid, "there is no value for the parameter \":\(name)\" of the statement", hint: hint)
    }

    static func miscounted(_ expected: Int, _ given: Int) -> Failure {
        Failure(
            .invalid,
            "the statement takes \(expected) value\(expected == 1 ? "" : "s"), but \(given) \(given == 1 ? "was" : "were") given",
            hint: "give one for each placeholder, or use :name and a map")
    }
}

/// Values for the parameters of a statement.
enum SQLValues: Sendable {
    case list([Value])
    case map(ValueMap)

    /// - Parameter name: of the argument, for the message.
    init(_ value: Value?, name: String) throws(Failure) {
        switch value?.revealed {
        case nil, .null, .absent: self = .list([])
        case .list(let values): self = .list(values)
        case .map(let values): self = .map(values)
        case let other?:
            throw Failure(
                .invalid, "\(name) must be a list or a map, not a \(other.type.plainName)",
                hint: "give a list for numbered values, a map for :name")
        }
    }

    var isNamed: Bool {
        if case .map = self { return true }
        return false
    }
}
