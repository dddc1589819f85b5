package import FlowCore

/// Everything that can be said of a node without running it. One is shared by all uses of its node.
package final class NodeSpec: Sendable {
    /// Where a node comes from.
    package enum Source: Sendable, Hashable {
        case native
        case embeddedConnector
        /// A connector file of the user's or the project's.
        case connectorFile(path: String)
    }

    /// Who counts a step's retries: the engine, or the node's own HTTP layer.
    package enum RetryOwner: Sendable, Hashable { case engine, node }

    /// A rule over several parameters.
    package enum Rule: Sendable, Hashable {
        /// At least one of these must be given.
        case any([String])
        /// Exactly one of these must be given.
        case one([String])
        /// All or none of these.
        case together([String])
        /// One of these at most.
        case single([String])
    }

    package struct Example: Sendable, Hashable {
        package var params: ValueMap
        /// The node's output for it, where known.
        package var output: Value?

        package init(params: ValueMap, output: Value? = nil) {
            self.params = params
            self.output = output
        }

        package init(_ params: KeyValuePairs<String, Value>, output: Value? = nil) {
            self.init(params: ValueMap(params.map { ($0.key, $0.value) }), output: output)
        }
    }

    /// `slack.send_message`: the group (connector or family), a dot, the operation.
    package let name: String
    /// One sentence in the imperative, with a full stop.
    package let summary: String
    package let details: String
    package let effect: Effect
    package let parameters: [Parameter]
    package let rules: [Rule]
    /// What the output is, in words: `{stdout, stderr, exit_code}`.
    package let output: String
    /// Credential types it takes, the default first; empty where it takes none.
    package let credentialTypes: [String]
    package let needsCredential: Bool
    /// Credentials that nodes of several groups share, such as `google`; one is taken where there is none of the
    /// group's own name.
    package let sharedCredentials: [String]
    package let retryOwner: RetryOwner
    /// What a step does that says nothing of it.
    package let usualRetry: RetryPolicy
    /// How long the other side remembers the idempotency key this write sends; nil where it sends none.
    package let keyLifetime: Duration?
    /// How long it is taken to remember a key that the step gives; nil where the node takes none.
    package let givenKeyLifetime: Duration?
    package let example: Example?
    /// The vendor's page.
    package let documentation: String?
    package let source: Source

    package init(
        _ name: String, summary: String, details: String = "", effect: Effect, parameters: [Parameter],
        rules: [Rule] = [], output: String = "", credentialTypes: [String] = [], needsCredential: Bool = false,
        sharedCredentials: [String] = [], retryOwner: RetryOwner = .engine, usualRetry: RetryPolicy? = nil,
        keyLifetime: Duration? = nil, givenKeyLifetime: Duration? = nil, example: Example? = nil,
        documentation: String? = nil, source: Source = .native
    ) {
        self.name = name
        self.summary = summary
        self.details = details
        self.effect = effect
        self.parameters = parameters
        self.rules = rules
        self.output = output
        self.credentialTypes = credentialTypes
        self.needsCredential = needsCredential
        self.sharedCredentials = sharedCredentials
        self.retryOwner = retryOwner
        self.usualRetry = usualRetry ?? (retryOwner == .node ? .http : .none)
        self.keyLifetime = keyLifetime
        self.givenKeyLifetime = givenKeyLifetime ?? keyLifetime
        self.example = example
        self.documentation = documentation
        self.source = source
    }

    /// `slack` of `slack.send_message`.
    package var group: String { String(name.prefix { $0 != "." }) }
    /// `send_message` of `slack.send_message`.
    package var operation: String { String(name.drop { $0 != "." }.dropFirst()) }

    /// The credentials that are looked for where none is named, in order.
    package var usualCredentials: [String] { [group] + sharedCredentials.filter { $0 != group } }

    /// What brings a credential of this name where only a login does; nil where one can be added.
    package func loginCommand(for name: String) -> String? {
        guard let provider = sharedCredentials.first, Set(credentialTypes) == ["oauth2"] else { return nil }
        return "flowctl credentials login \(provider)" + (usualCredentials.contains(name) ? "" : " \(name)")
    }

    package func parameter(_ name: String) -> Parameter? { parameters.first { $0.name == name } }

    /// Checks arguments against the parameters, leaves out those that are absent and fills in defaults.
    ///
    /// - Throws: a failure of kind `invalid` that names the first wrong argument and says what it must be.
    package func bind(_ arguments: ValueMap) throws(Failure) -> Arguments {
        var bound = ValueMap()
        for (key, value) in arguments where !value.isAbsent {
            guard let parameter = parameter(key.text) else {
                throw Failure(
                    .invalid, "\(name) has no parameter \"\(key.text)\"",
                    hint: Suggestion.didYouMean(key.text, among: parameters.map(\.name))
                        ?? "run \"flowctl nodes show \(name)\" for its parameters")
            }
            if let objection = parameter.objection(to: value) {
                throw Failure(
                    .invalid, "\(name): parameter \"\(parameter.name)\" \(objection)",
                    hint: parameter.pattern == nil || parameter.help.isEmpty
                        ? nil : "\(parameter.name): \(parameter.help)")
            }
            // The system would take what stands before it for the whole.
            if parameter.isPath, value.stringValue?.utf8.contains(0) == true {
                throw Failure(
                    .invalid, "\(name): parameter \"\(parameter.name)\": a path can't hold a NUL character",
                    hint: "check the path")
            }
            bound[parameter.name] = parameter.type.fitted(value)
        }
        for parameter in parameters where bound[parameter.name] == nil {
            if let value = parameter.defaultValue {
                bound[parameter.name] = value
            } else if parameter.isRequired {
                throw Failure(
                    .invalid, "\(name): parameter \"\(parameter.name)\" is missing",
                    hint: parameter.help.isEmpty ? "add \(parameter.name)" : "\(parameter.name): \(parameter.help)")
            }
        }
        for rule in rules {
            if let objection = rule.objection(given: { bound[$0].map { !$0.isNull } ?? false }) {
                throw Failure(.invalid, "\(name): \(objection)")
            }
        }
        return Arguments(bound)
    }
}

extension Parameter {
    fileprivate var isPath: Bool {
        type == .file || ["path", "to", "from", "save_to", "raw_to", "files_to"].contains(name)
    }
}

extension NodeSpec.Rule {
    package var names: [String] {
        switch self {
        case .any(let names), .one(let names), .together(let names), .single(let names): names
        }
    }

    /// Why the given arguments break the rule; nil where they don't.
    package func objection(given: (String) -> Bool) -> String? {
        let count = names.count(where: given)
        let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
        switch self {
        case .any: return count >= 1 ? nil : "give at least one of \(list)"
        case .one: return count == 1 ? nil : "give exactly one of \(list)"
        case .together: return count == 0 || count == names.count ? nil : "give all of \(list) or none"
        case .single:
            let given = names.filter(given).map { "\"\($0)\"" }.joined(separator: ", ")
            return count <= 1 ? nil : "give only one of \(given)"
        }
    }
}

/// Arguments that fit a node's parameters, defaults included.
package struct Arguments: Sendable, Hashable {
    package let values: ValueMap

    package init(_ values: ValueMap) { self.values = values }

    /// nil where the argument was left out.
    package subscript(name: String) -> Value? { values[name] }

    package func string(_ name: String) -> String? { values[name]?.stringValue }
    package func int(_ name: String) -> Int? { values[name]?.intValue.flatMap(Int.init(exactly:)) }
    package func bool(_ name: String) -> Bool? { values[name]?.boolValue }
    package func list(_ name: String) -> [Value]? { values[name]?.listValue }
    package func map(_ name: String) -> ValueMap? { values[name]?.mapValue }

    package func duration(_ name: String) -> Duration? {
        switch values[name]?.revealed {
        case .duration(let duration): duration
        case .string(let text): Duration(text: text)
        default: nil
        }
    }
}
