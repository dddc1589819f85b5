package import FlowCore
import FlowExpression
package import FlowSpec

/// An operation of a connector as a node that steps use.
package struct ConnectorNode: Node {
    package let spec: NodeSpec
    @Indirect package private(set) var connector: Connector
    @Indirect package private(set) var operation: Operation
    private let memory: ConnectorMemory

    package init(_ connector: Connector, _ operation: Operation) {
        self.init(connector, operation, memory: ConnectorMemory())
    }

    init(_ connector: Connector, _ operation: Operation, memory: ConnectorMemory) {
        _connector = Indirect(wrappedValue: connector)
        _operation = Indirect(wrappedValue: operation)
        self.memory = memory
        spec = NodeSpec(connector, operation)
    }

    package var hasOneEffect: Bool { operation.writeCondition == nil }

    package func effect(of arguments: Arguments) -> Effect {
        guard let condition = operation.writeCondition else { return spec.effect }
        var params = arguments.values
        for parameter in operation.parameters where params[parameter.name] == nil { params[parameter.name] = .absent }
        let scope = EvaluationScope(ValueMap([("params", .map(params))]))
        return (try? condition.evaluate(scope).boolValue) == false ? spec.effect : .write
    }

    package func outputType(of arguments: WrittenArguments) -> StaticType {
        if let output = operation.output {
            var diagnostics = Diagnostics()
            return output.type({ _ in [:] }, &diagnostics).widened.unwrapped
        }
        return switch operation.work {
        case .pages: .list
        case .request(let variants): variants.requests.allSatisfy { $0.save != nil } ? .file : .dynamic
        case .steps: .dynamic
        }
    }

    package func refusal(of credential: Credential) -> Failure? {
        do throws(Failure) {
            _ = try Access.scheme(among: connector.schemes(for: operation), node: spec.name, credential)
            return nil
        } catch {
            return error
        }
    }

    package func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let arguments = try await arguments.withStreamsRead()
        return try await begun(arguments, context).located().output()
    }

    /// Where arguments are converted, away from the tasks' threads: files are read for it, and texts may be long.
    private func begun(_ arguments: Arguments, _ context: NodeContext) async throws -> OperationRun {
        let begin = { @Sendable [connector, operation, memory] in
            try OperationRun(connector, operation, arguments: arguments, context: context, memory: memory)
        }
        let converts = operation.parameters.contains { !$0.converters.isEmpty && arguments[$0.name] != nil }
        return converts ? try await offPool(begin) : try begin()
    }

    /// Every request the operation would send, the first page only of a list.
    package func preview(_ arguments: Arguments, in context: NodeContext) throws -> [Preview] {
        let run = try OperationRun(connector, operation, arguments: arguments, context: context, isPreview: true)
        if run.hasNothingToDo { return [] }
        let scope = run.rendering
        var requests = try run.requestsOfLookups()
        switch operation.work {
        case .request(let variants):
            let template = try run.chosen(variants, scope)
            if template.presign == nil { requests.append(try run.request(template, scope)) }
        case .pages(let variants, let pagination):
            requests.append(try run.pageReader(variants, pagination, scope).firstRequest())
        case .steps(let sequence):
            requests += try StepRun(run: run, sequence: sequence).preview(scope)
        }
        for request in [operation.poll?.request, operation.poll?.result].compactMap(\.self) {
            requests.append(try run.request(request, scope))
        }
        return requests.map { .request($0) }
    }
}

extension ConnectorNode: PagedNode {
    package func comesInPages(_ arguments: Arguments) -> Bool {
        if case .pages = operation.work { true } else { false }
    }

    package func pages(
        _ arguments: Arguments, from mark: Value?, in context: NodeContext,
        _ take: @escaping @Sendable (Page) async throws -> Void
    ) async throws {
        let arguments = try await arguments.withStreamsRead()
        try await begun(arguments, context).located().forEachPage(from: mark, take)
    }
}

extension NodeSpec {
    /// What every reader needs to know of an operation.
    convenience init(_ connector: Connector, _ operation: Operation) {
        let inAddress = operation.parametersInAddress
        var parameters = operation.parameters.map { parameter in
            // A header or a body may carry a secret; an address ends up in logs.
            var copy = parameter.parameter
            copy.takesSecrets = !inAddress.contains(parameter.name)
            return copy
        }
        var output = operation.returns
        if case .pages = operation.work {
            parameters.append(
                Parameter(
                    Pagination.limitParameter, .int, help: "Stops after this many items; without it all are read.",
                    minimum: 1))
            if output.isEmpty { output = "a list of all items" }
        }
        if let batch = operation.batch {
            output += output.isEmpty ? "" : "; "
            output += "more than \(batch.size) \(batch.parameter) are sent in parts, and the outputs put together"
        }
        let schemes = connector.schemes(for: operation)
        let takesCredential = !schemes.isEmpty && operation.requests.contains(where: \.sendsCredential)
        self.init(
            "\(connector.name).\(operation.name)", summary: operation.summary, details: operation.details,
            effect: operation.effect, parameters: parameters, rules: operation.rules, output: output,
            credentialTypes: takesCredential ? schemes.map(\.typeName) : [], needsCredential: takesCredential,
            sharedCredentials: takesCredential ? schemes.compactMap(\.login?.provider) : [], retryOwner: .node,
            keyLifetime: operation.keyLifetime,
            example: operation.examples.first.map { NodeSpec.Example(params: $0.params, output: $0.output) },
            documentation: operation.documentation ?? connector.documentation, source: connector.source)
    }
}

extension Arguments {
    /// A request is built from what is there, not from what may still come.
    fileprivate func withStreamsRead() async throws -> Arguments {
        var values = values
        for name in values.names {
            guard case .stream(let stream) = values[name] else { continue }
            let items = try await stream.collect()
            values[name] = .list(items)
        }
        return Arguments(values)
    }
}
