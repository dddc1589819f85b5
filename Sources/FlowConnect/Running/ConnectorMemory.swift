import FlowCore
import FlowSpec

/// What the operations of connectors have found out that later ones need not ask again; safe to use from any thread.
final class ConnectorMemory: Sendable {
    /// A request, and who sends it.
    struct Question: Sendable, Hashable {
        var request: HTTPRequest
        var credential: ValueMap?
    }

    /// A question, and what its answer is made into.
    struct Search: Sendable, Hashable {
        var question: Question
        /// Where the lookup stands in its file.
        var lookup: SourceSpan
        /// What it reads of the arguments and of lookups before it: one list of teams has an id for each name.
        var seen: [Value]
    }

    /// A token that a key was exchanged for.
    struct Token: Sendable {
        var value: Value
        /// When a new one is to be had; nil where it doesn't end.
        var due: Timestamp?
    }

    /// The values of lookups.
    let lookups = SharedAnswers<Search, Value>()
    let tokens = SharedAnswers<Question, Token>()
    let clocks = ServiceClocks()
}
