package import FlowCore

/// What every sub-term of an expression gave in one evaluation.
///
/// Constants have no term, and a path such as `steps.a.output.n` is one.
package struct Explanation: Sendable {
    package struct Term: Sendable {
        package enum Result: Sendable {
            case value(Value)
            /// Also where the term around it made up for it.
            case failure(message: String, hint: String?)
            /// Another term had decided before.
            case notEvaluated
        }

        /// How the results inside make that of the term.
        enum Kind: Sendable {
            case conjunction, disjunction, negation, choice
            /// One item that gives this answer decides.
            case quantifier(decidedBy: Bool)
            case other
        }

        /// As it was written, on one line.
        package let text: String
        package let result: Result
        /// The terms inside it, in the order of the text.
        package let terms: [Term]
        /// Of a macro that goes through items.
        package let items: Items?
        let kind: Kind

        /// Whether it or a term inside it gave a secret.
        package var holdsSecret: Bool {
            if case .value(let value) = result, value.containsSecret { return true }
            return terms.contains(where: \.holdsSecret)
                || items?.shown.contains { $0.terms.contains(where: \.holdsSecret) } == true
        }
    }

    /// What a macro such as `all` or `map` did with the items it went through.
    package struct Items: Sendable {
        package struct Item: Sendable {
            /// Counted from 0, in the order of the list or map.
            package let index: Int
            package let terms: [Term]
        }

        /// How many it went through; fewer than there are where one decided.
        package let count: Int
        /// The first ones and the last.
        package let shown: [Item]
    }

    package let root: Term
    /// What the evaluation threw.
    package let failure: Failure?
}

extension Expression {
    /// Evaluates the expression once more and writes down what each term gives.
    package func explain(_ scope: EvaluationScope) -> Explanation {
        let recorder = Recorder()
        var options = Compiler.Options()
        options.observesTerms = true
        var compiler = Compiler(text: source, options: options)
        var failure: Failure?
        do throws(SyntaxFault) {
            let program = try compiler.compile(syntax)
            var frame = Frame(scope: scope, slotCount: compiler.slotCount, recorder: recorder)
            do throws(Fault) { _ = try program.value(&frame) } catch { failure = self.failure(error) }
        } catch {
            // It has been compiled before.
            failure = Failure(.internal, error.message, hint: error.hint, position: span)
        }
        return Explanation(root: ExplanationBuilder(text: source).term(syntax, recorder.whole), failure: failure)
    }
}
