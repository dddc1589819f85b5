package import FlowCore
import FlowExpression
package import FlowSpec

/// What a connector file says that can be read but is doubtful or can't work.
package struct ConnectorLint {
    let connector: Connector
    var diagnostics: Diagnostics

    /// All diagnostics of a file: of its reading, and where it can be read, of how its parts fit.
    ///
    /// - Parameter world: examples are built in it; nothing is sent.
    package static func check(_ text: SourceText, from source: NodeSpec.Source, in world: World) -> Diagnostics {
        let (connector, diagnostics) = ConnectorReader.read(text, from: source)
        guard let connector else { return diagnostics }
        var lint = ConnectorLint(connector: connector, diagnostics: diagnostics)
        lint.checkBase()
        lint.checkHeaders(connector.headers)
        lint.checkErrors()
        lint.checkConditions()
        lint.checkSharedNames()
        lint.checkLookups()
        lint.checkProbes()
        for operation in connector.operations { lint.check(operation, in: world) }
        return lint.diagnostics
    }

    private init(connector: Connector, diagnostics: Diagnostics) {
        self.connector = connector
        self.diagnostics = diagnostics
    }

    private mutating func check(_ operation: Operation, in world: World) {
        checkNames(operation)
        checkConditions(operation)
        checkAddresses(operation)
        checkRepetition(operation)
        checkText(operation)
        checkWhatIsSent(operation)
        checkPlaces(operation)
        if operation.examples.isEmpty {
            diagnostics.warning(
                "no-example", "\"\(operation.name)\" has no example", at: operation.span,
                hint: "add one: tests, help and the mock server are made from it")
        }
        for example in operation.examples { check(example, of: operation, in: world) }
    }

    // MARK: Other rules

    /// An address from a response gets the credential only where its origin is known, which a file can't promise.
    private mutating func checkAddresses(_ operation: Operation) {
        for request in operation.requests {
            guard case .address(let template) = request.target, template.literal == nil, request.sendsCredential,
                connector.hosts.isEmpty,
                connector.auth.allSatisfy({ ($0.hosts ?? []).isEmpty })
            else { continue }
            diagnostics.error(
                "credential-to-address", "this address is computed and would get the credential", at: request.span,
                hint: "add \"auth: none\", or name the hosts it may have in hosts:")
        }
    }

    /// What is asked only where work is repeated that changes something.
    private mutating func checkRepetition(_ operation: Operation) {
        for request in operation.requests
        where !request.doneSigns.isEmpty && (request.effect ?? (request.isRead ? .read : operation.effect)) == .read {
            diagnostics.error(
                "contradiction", "\"done_already\" has no place where nothing is changed", at: request.span,
                hint: "remove it")
        }
        if let condition = operation.writeCondition, operation.effect == .write {
            diagnostics.error(
                "contradiction", "\"write_when\" has no place beside \"effect: write\"", at: condition.span,
                hint: "say effect: idempotent, or remove write_when")
        }
    }

    private mutating func checkText(_ operation: Operation) {
        if !operation.summary.hasSuffix(".") {
            diagnostics.warning(
                "summary-style", "the summary of \"\(operation.name)\" is no sentence with a full stop",
                at: operation.span)
        }
        for parameter in operation.parameters where parameter.parameter.help.isEmpty {
            diagnostics.warning(
                "no-help", "the parameter \"\(parameter.name)\" has no help", at: parameter.span, hint: "add help:")
        }
    }

    /// Arguments of an example must fit, and the requests it makes must be buildable.
    private mutating func check(_ example: OperationExample, of operation: Operation, in world: World) {
        let node = ConnectorNode(connector, operation)
        do {
            let arguments = try node.spec.bind(example.params)
            let context = NodeContext(world: world, effect: operation.effect)
            _ = try node.preview(arguments, in: context)
            checkReplies(
                of: example,
                try OperationRun(connector, operation, arguments: arguments, context: context, isPreview: true))
        } catch {
            let failure = Failure(error)
            diagnostics.error("bad-example", failure.message, at: example.span, hint: failure.hint)
        }
    }
}
