package import FlowCore
package import FlowExpression

extension Step {
    /// `while:` or `until:` — a step that runs again and again as long as a condition says so.
    package struct Repetition: Sendable {
        package enum Kind: String, Sendable {
            /// Asked before each iteration.
            case `while`
            /// Asked after each iteration.
            case until
        }

        package var kind: Kind
        package var condition: Expression
        /// How many iterations there may be; needing more is a failure.
        package var maxIterations: Int
        /// The pause between two iterations.
        package var interval: Duration?

        package init(kind: Kind, condition: Expression, maxIterations: Int, interval: Duration? = nil) {
            self.kind = kind
            self.condition = condition
            self.maxIterations = maxIterations
            self.interval = interval
        }

        /// The number of an iteration, from 0.
        package static let index = "index"
        /// The output of the iteration before; null in the first.
        package static let last = "last"

        /// What expressions see of an iteration.
        package static func variables(index: Int, last: Value) -> ValueMap {
            ValueMap([(Repetition.index, .int(Int64(index))), (Repetition.last, last)])
        }
    }
}
