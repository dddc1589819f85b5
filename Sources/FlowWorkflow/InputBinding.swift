package import FlowCore
import FlowSpec

/// Everything wrong with the inputs a run was given.
package struct InputErrors: Error {
    /// Each of kind `invalid`, in the order of the declarations; unknown names come first.
    package var failures: [Failure]
}

/// Fits what a run is given to the inputs its workflow declares.
package enum InputBinding {
    /// - Parameters:
    ///   - values: typed values, from JSON.
    ///   - text: `name=value` from a command line, read by the declared type; it wins over `values`.
    ///   - file: the file at the path of an input of type `file`; nil leaves the path as it is.
    /// - Returns: a value for every input: what was given, else the default, else `absent`.
    /// - Throws: every mistake at once.
    package static func bind(
        _ inputs: [WorkflowInput], values: ValueMap = ValueMap(), text: [(name: String, text: String)] = [],
        file: (String) throws(Failure) -> FileReference? = { _ in nil }
    ) throws(InputErrors) -> ValueMap {
        var failures: [Failure] = []
        let names = inputs.map(\.parameter.name)
        for name in values.names + text.map(\.name) where !names.contains(name) {
            failures.append(
                Failure(
                    .invalid, "the workflow has no input \(JSON.quoted(name))",
                    hint: Suggestion.didYouMean(name, among: names)
                        ?? (names.isEmpty ? "it takes none" : "its inputs are \(names.joined(separator: ", "))")))
        }
        var bound = ValueMap(minimumCapacity: inputs.count)
        for input in inputs {
            let name = input.parameter.name
            do throws(Failure) {
                let given = text.filter { $0.name == name }.map(\.text)
                guard given.count < 2 else {
                    throw Failure(.invalid, "the input \"\(name)\" is given more than once", hint: "give it once")
                }
                let value = try value(of: input, given: given.first, or: values[name])
                bound[name] = try opened(value, of: input, file)
            } catch {
                failures.append(error)
            }
        }
        guard failures.isEmpty else { throw InputErrors(failures: failures) }
        return bound
    }

    private static func value(of input: WorkflowInput, given text: String?, or value: Value?) throws(Failure) -> Value {
        let parameter = input.parameter
        let given: Value?
        if let text { given = try read(text, as: parameter) } else { given = value }
        guard let given, !given.isAbsent else {
            if let value = parameter.defaultValue { return value }
            guard !parameter.isRequired else {
                throw Failure(
                    .invalid, "the input \"\(parameter.name)\" is missing",
                    hint: "give it with -i \(parameter.name)=…\(parameter.help.isEmpty ? "" : " (\(parameter.help))")")
            }
            return .absent
        }
        if let objection = input.objection(to: given) {
            throw Failure(
                .invalid, "the input \"\(parameter.name)\" \(objection)",
                hint: parameter.help.isEmpty ? nil : "\(parameter.name): \(parameter.help)")
        }
        return parameter.type.fitted(given)
    }

    /// A path as the file that is there.
    private static func opened(
        _ value: Value, of input: WorkflowInput, _ file: (String) throws(Failure) -> FileReference?
    ) throws(Failure) -> Value {
        guard input.parameter.type == .file, let path = value.stringValue else { return value }
        do throws(Failure) {
            return try file(path).map(Value.file) ?? value
        } catch {
            throw Failure(.invalid, "the input \"\(input.parameter.name)\": \(error.message)", hint: error.hint)
        }
    }

    private static func read(_ text: String, as parameter: Parameter) throws(Failure) -> Value {
        switch parameter.type {
        case .string, .file: return .string(text)
        default:
            do throws(Failure) {
                return try JSON.parse(Array(text.utf8), refusesRepeatedKeys: true)
            } catch {
                // It is JSON, but for a key that stands there twice.
                guard (try? JSON.parse(text)) == nil else {
                    throw Failure(.invalid, "the input \"\(parameter.name)\": \(error.message)", hint: error.hint)
                }
                throw Failure(
                    .invalid, "the input \"\(parameter.name)\" must be of type \(parameter.type.name)",
                    hint: "write it as JSON: \(example(of: parameter.type))")
            }
        }
    }

    private static func example(of type: ParameterType) -> String {
        switch type {
        case .int: "3"
        case .number: "2.5"
        case .bool: "true"
        case .map: "{\"key\": \"value\"}"
        case .list: "[\"a\", \"b\"]"
        default: "\"text\""
        }
    }
}

extension WorkflowInput {
    /// What expressions see of it: of a path, the file that is there.
    var valueType: StaticType {
        guard parameter.type == .file else { return parameter.valueType }
        let file = StaticType.file.orNull
        return parameter.isRequired || parameter.defaultValue != nil ? file : file.joined(with: .absent)
    }

    /// Why `value` can't be this input's: type, choices, bounds or pattern; nil where it can.
    package func objection(to value: Value) -> String? {
        if let objection = parameter.objection(to: value) { return objection }
        guard let pattern, let text = value.stringValue, !InputPattern(pattern).matches(text) else { return nil }
        return "must match the pattern \(pattern)\(value.containsSecret ? "" : ", not \(value.shortText)")"
    }
}
