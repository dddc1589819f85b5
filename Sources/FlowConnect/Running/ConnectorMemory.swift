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
        /// Where that is written.
        var place: SourceSpan
        /// What it depends on beside: one list of teams has an id for each name.
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
    let tokens = SharedAnswers<Search, Token>()
    let clocks = ServiceClocks()
}
