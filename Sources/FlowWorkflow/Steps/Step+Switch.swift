package import FlowCore
package import FlowExpression

extension Step {
    /// `switch:` — one of several lists of steps, chosen by a value.
    package struct Switch: Sendable {
        package struct Case: Sendable {
            /// Held against the value's text.
            package var key: String
            package var keySpan: SourceSpan
            package var steps: [Step]

            package init(key: String, keySpan: SourceSpan, steps: [Step]) {
                self.key = key
                self.keySpan = keySpan
                self.steps = steps
            }
        }

        package var value: Expression
        package var cases: [Case]
        /// `default:`; nil where a value that has no case is an error.
        package var otherwise: [Step]?

        package init(value: Expression, cases: [Case], otherwise: [Step]?) {
            self.value = value
            self.cases = cases
            self.otherwise = otherwise
        }

        /// The cases in file order, then `default:` where there is one.
        package var branches: [Branch] {
            cases.map { Branch($0.steps, label: "case \($0.key)") }
                + (otherwise.map { [Branch($0, label: "default")] } ?? [])
        }
    }
}
