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

    /// - Parameters:
    ///   - text: the expression without `${{ }}`.
    ///   - node: the scalar it stands in, for places in diagnostics; nil for text from a command line.
    ///   - offset: where `text` starts within the scalar's text, in bytes.
    /// - Throws: `ExpressionErrors`.
    package static func compile(_ text: String, in node: SourceNode? = nil, at offset: Int = 0) throws(ExpressionErrors)
        -> Expression
    {
        fatalError("placeholder")
    }

    /// - Throws: a `Failure` of kind `invalid` with the span of the term that failed.
    package func evaluate(_ scope: EvaluationScope) throws(Failure) -> Value { fatalError("placeholder") }
}

/// Everything wrong with one expression or template.
package struct ExpressionErrors: Error {
    package var diagnostics: [Diagnostic]
}

/// What an evaluation sees: variables by name, and the functions whose answer isn't in their arguments.
package struct EvaluationScope: Sendable {
    /// Gives the value of a root name, nil where there is none; asked at most once per name and evaluation.
    package var lookup: @Sendable (_ name: String) -> Value?
    /// What `success()`, `failure()`, `cancelled()` answer.
    package var status: RunCondition
    package var now: @Sendable () -> Timestamp
    package var uuid: @Sendable () -> String
    /// Steps and bytes one evaluation may use.
    package var budget: EvaluationBudget

    package init(
        status: RunCondition = .success,
        now: @escaping @Sendable () -> Timestamp = { Timestamp(seconds: 0) },
        uuid: @escaping @Sendable () -> String = { "00000000-0000-4000-8000-000000000000" },
        budget: EvaluationBudget = EvaluationBudget(),
        lookup: @escaping @Sendable (_ name: String) -> Value?
    ) {
        self.lookup = lookup
        self.status = status
        self.now = now
        self.uuid = uuid
        self.budget = budget
    }

    package init(_ variables: ValueMap, status: RunCondition = .success) {
        self.init(status: status) { variables[$0] }
    }
}

/// How the run stands when a condition is asked.
package enum RunCondition: Sendable, Hashable { case success, failure, cancelled }

package struct EvaluationBudget: Sendable, Hashable {
    package var steps = 10_000_000
    package var bytes = 64 << 20

    package init() {}
}
