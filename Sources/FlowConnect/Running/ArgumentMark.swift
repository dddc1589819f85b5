import FlowCore
import FlowCrypto
import FlowExpression

/// What a result in the journal was made with. `env` of a workflow is made anew each time, so that a resumed run may
/// have other arguments than the one that began: half of the work would be done with these, and half with those.
enum ArgumentMark {
    /// A secret has the mark of any other one: the journal must not tell what it is, and a new token does no harm.
    static func of(_ value: Value) throws(Failure) -> Value {
        let digest = try Digest.sha256(JSON.bytes(plain(value)))
        return .string(Hexadecimal.encode(Array(digest.prefix(16))))
    }

    /// Maps in the order of their keys, which nobody goes by.
    private static func plain(_ value: Value) -> Value {
        switch value {
        case .secret: .string(Masker.replacement)
        case .list(let items): .list(items.map(plain))
        case .map(let map): .map(ValueMap(map.map { ($0.key.text, plain($0.value)) }.sorted { $0.0 < $1.0 }))
        case .optional(let held?): plain(held)
        // Whether its content is still the same, who sends it in pieces looks at: then what was begun is given up.
        case .file(let file):
            ["path": .string(file.path), "name": .string(file.name), "type": file.mediaType.map(Value.string) ?? .null]
        default: value
        }
    }
}

extension OperationRun {
    /// The code of a failure because of other arguments.
    static let otherArguments = "other_arguments"

    /// The name of the mark beside the members of what is kept.
    private static let markName = "given"

    /// What is kept of what a request gave, a map.
    ///
    /// - Throws: a failure of kind `conflict` where the request was made with other arguments.
    func recalled(_ name: String, of template: RequestTemplate) async throws -> Value? {
        guard let saved = try await recalled(name) else { return nil }
        guard case .map(var members) = saved, let mark = members[Self.markName] else { return saved }
        guard try mark == self.mark(of: template) else { throw changedArguments() }
        members[Self.markName] = nil
        return .map(members)
    }

    func keep(_ name: String, _ value: Value, of template: RequestTemplate) async throws {
        guard case .map(var members) = value else { return try await keep(name, value) }
        members[Self.markName] = try mark(of: template)
        try await keep(name, .map(members))
    }

    func changedArguments(_ what: String = "the arguments are") -> Failure {
        Failure(
            .conflict, "\(node): \(what) not those that a part of it was done with",
            hint: "start the step again with resume --from STEP, or bring back what it was given",
            code: Self.otherArguments)
    }

    /// Of the arguments that a request hangs on.
    private func mark(of template: RequestTemplate) throws(Failure) -> Value {
        let own = template.expressionsOfContent
        let lookups = Lookup.needed(by: own, of: operation.lookups)
        let read = (own + lookups.flatMap { $0.expressionsBefore + $0.expressionsAfter }).flatMap(\.references)
            .filter { $0.root == "params" }
        guard read.allSatisfy({ !$0.members.isEmpty }) else { return try ArgumentMark.of(.map(given)) }
        let names = Set(
            read.compactMap(\.members.first) + template.placed.map(\.name) + template.pathParameters
                + lookups.flatMap(\.request.pathParameters))
        return try ArgumentMark.of(
            .map(ValueMap(given.filter { names.contains($0.key.text) }.map { ($0.key.text, $0.value) })))
    }
}
