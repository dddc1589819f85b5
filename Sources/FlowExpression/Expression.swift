package import FlowCore

/// A CEL expression that has been read and can be evaluated many times.
///
/// Compilation finds syntax errors and unknown functions; which names exist is for ``references`` and its reader.
package struct Expression: Sendable {
    /// A path of names an expression reads: `steps.list.output` is root `steps`, members `list`, `output`.
    /// The members end where they are no longer constant.
    package struct Reference: Sendable, Hashable {
        package var root: String
        package var members: [String]
        package var span: SourceSpan
        /// Whether it stands inside `default(…)`, `has(…)` or an optional selection, where absence is no error.
        package var toleratesAbsence: Bool
    }

    package let source: String
    package let span: SourceSpan
    /// Free names it reads, with their constant members; bound variables of macros are not among them.
    package let references: [Reference]
    /// Names of the functions and macros it calls: `success`, `size`, `map`.
    package let functions: Set<String>
    /// What was written, for static checks.
    let syntax: Syntax
    private let program: any Node
    private let slotCount: Int
    let place: Placement

    /// - Parameters:
    ///   - text: the expression without `${{ }}`.
    ///   - node: the scalar it stands in, for places in diagnostics; nil for text from a command line.
    ///   - offset: where `text` starts within the scalar's text, in bytes.
    /// - Throws: `ExpressionErrors`.
    package static func compile(_ text: String, in node: SourceNode? = nil, at offset: Int = 0) throws(ExpressionErrors)
        -> Expression
    {
        try compile(text, in: node, at: offset, checks: true, options: Compiler.Options())
    }

    /// - Parameter checks: whether unknown functions and the like are errors now, or only when they are evaluated.
    static func compile(
        _ text: String, in node: SourceNode? = nil, at offset: Int = 0, checks: Bool, options: Compiler.Options
    ) throws(ExpressionErrors) -> Expression {
        let place = Placement(text: text, node: node, offset: offset)
        var checker = Checker()
        do throws(SyntaxFault) {
            let syntax = try Parser.parse(text)
            if checks { checker.check(syntax) }
            if checker.faults.isEmpty {
                var compiler = Compiler(text: text, options: options)
                let program = try compiler.compile(syntax)
                return Expression(text, syntax, program, compiler, place)
            }
        } catch {
            throw ExpressionErrors(diagnostics: [place.diagnostic(error)])
        }
        throw ExpressionErrors(diagnostics: checker.faults.map(place.diagnostic))
    }

    private init(_ text: String, _ syntax: Syntax, _ program: any Node, _ compiler: Compiler, _ place: Placement) {
        source = text
        span = place.span(0..<text.utf8.count)
        references = compiler.uses.map {
            Reference(
                root: $0.root, members: $0.members, span: place.span($0.range), toleratesAbsence: $0.toleratesAbsence)
        }
        functions = compiler.functions
        slotCount = compiler.slotCount
        self.syntax = syntax
        self.program = program
        self.place = place
    }

    /// - Throws: a `Failure` of kind `invalid` with the span of the term that failed.
    package func evaluate(_ scope: EvaluationScope) throws(Failure) -> Value {
        var frame = Frame(scope: scope, slotCount: slotCount)
        do throws(Fault) {
            let result = try program.value(&frame)
            if frame.hasBuilt { try frame.admit(result) }
            return result
        } catch {
            throw failure(error)
        }
    }

    func failure(_ fault: Fault) -> Failure {
        Failure(.invalid, fault.message, hint: fault.hint, position: fault.range.map(place.span) ?? span)
    }
}

/// Everything wrong with one expression or template.
package struct ExpressionErrors: Error {
    package var diagnostics: [Diagnostic]
}

/// Where an expression's text stands: within a scalar of a file, or by itself.
struct Placement: Sendable {
    private let node: SourceNode?
    private let source: SourceText?
    private let offset: Int

    init(text: String, node: SourceNode?, offset: Int) {
        self.node = node
        self.offset = offset
        source = node == nil ? SourceText(name: "<expression>", text: text) : nil
    }

    func span(_ range: Range<Int>) -> SourceSpan {
        if let node { return node.span(ofText: range.lowerBound + offset..<range.upperBound + offset) }
        return SourceSpan(
            source ?? SourceText(name: "<expression>", bytes: []), start: range.lowerBound, end: range.upperBound)
    }

    func diagnostic(_ fault: SyntaxFault) -> Diagnostic {
        .error(fault.id, fault.message, at: span(fault.range), hint: fault.hint)
    }
}
