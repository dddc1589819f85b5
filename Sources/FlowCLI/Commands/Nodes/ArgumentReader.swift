import FlowCore
import FlowSpec

/// `key=value` words of a command line to a node's arguments.
struct ArgumentReader {
    private let spec: NodeSpec
    private let session: Session

    init(_ spec: NodeSpec, _ session: Session) {
        self.spec = spec
        self.session = session
    }

    /// - Parameter base: arguments that the words are laid over.
    /// - Throws: an `Exit` of status `usage` that names the first wrong word, never its value.
    func read(_ words: [String], over base: ValueMap) throws -> ValueMap {
        var arguments = base
        for word in words {
            guard let equals = word.firstIndex(of: "="), equals != word.startIndex else {
                throw Exit.usage(
                    "an argument must be written as key=value, not \"\(word.prefix(40))\"",
                    hint: "run \"flowctl nodes show \(spec.name)\" for its parameters")
            }
            var key = String(word[..<equals])
            let text = String(word[word.index(after: equals)...])
            let isJSON = key.hasSuffix(":")
            if isJSON { key.removeLast() }
            arguments[key] = try value(of: key, text, isJSON: isJSON)
        }
        return arguments
    }

    private func value(of key: String, _ text: String, isJSON: Bool) throws -> Value {
        let written = Array(text.utf8)
        if isJSON { return try json(written, key) }
        let type = spec.parameter(key)?.type ?? .string
        if text.hasPrefix("@"), type != .file {
            let (path, what) = (String(text.dropFirst()), "the file of \"\(key)\"")
            let hint = type.isText || type == .any ? "for a text that begins with @ write \(key):='\"@…\"'" : nil
            guard type != .any else {
                let bytes = try session.readArgument(path, as: what, hint: hint)
                // What may be anything may be text, and bytes where it is none.
                if holdsJSON(bytes) { return try json(bytes, key) }
                return String(validating: bytes, as: UTF8.self).map(Value.string) ?? .bytes(bytes)
            }
            let content = try session.readText(path, as: what, hint: hint)
            return type.isText ? .string(content) : try json(Array(content.utf8), key)
        }
        switch type {
        case .file: return .string(session.absolutePath(text))
        case .any: return holdsJSON(written) ? try json(written, key) : .string(text)
        case _ where type.isText: return .string(text)
        default: return try json(written, key)
        }
    }

    private func holdsJSON(_ text: [UInt8]) -> Bool { (try? JSON.parse(text)) != nil }

    private func json(_ text: [UInt8], _ key: String) throws -> Value {
        do {
            return try JSON.parse(text, refusesRepeatedKeys: true)
        } catch {
            // It is JSON, but for a key that stands there twice.
            guard !holdsJSON(text) else {
                throw Exit.usage("the argument \"\(key)\": \(error.message)", hint: "remove one of the two")
            }
            let name = spec.parameter(key)?.type.name ?? "any"
            let type = name == "any" ? "value" : name
            throw Exit.usage(
                "the \(type) of \"\(key)\" must be written as JSON",
                hint: "for example \(key)=\(ArgumentReader.sample(type))")
        }
    }

    private static func sample(_ type: String) -> String {
        switch type {
        case "int": "3"
        case "number": "1.5"
        case "bool": "true"
        case "map", "map of expressions": "'{\"name\": \"value\"}'"
        default: "'[\"one\", \"two\"]'"
        }
    }
}

extension ParameterType {
    /// Whether its values are written as text, without JSON's quotes.
    fileprivate var isText: Bool { self == .string || self == .timestamp || self == .duration }
}
