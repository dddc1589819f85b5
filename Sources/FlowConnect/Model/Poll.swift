import FlowCore
import FlowExpression

/// Asks again and again how a job stands that the service does in its own time.
struct Poll: Sendable {
    /// Whether there is a job at all; nil is always.
    var condition: Expression?
    @Indirect var request: RequestTemplate
    var until: Expression
    var failed: Expression?
    /// Gets what the job has made; nil takes the answer that said it is done.
    @Boxed var result: RequestTemplate?
    /// What the service says of a job that failed.
    var message: Template?
    var interval: Duration
    /// How long it is asked for.
    var limit: Duration
}

/// Splits the list of a parameter into uses of the operation that the service takes.
struct Batch: Sendable {
    enum Result: String, Sendable, CaseIterable {
        /// The outputs of all parts, put together.
        case all
        /// The output of the last part, which may build on those before it.
        case last
    }

    var parameter: String
    var size: Int
    var gives = Result.all
}
