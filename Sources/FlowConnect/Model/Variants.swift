import FlowCore
import FlowExpression

/// One request for each live version of an interface, of which the first that fits is sent.
struct Variants: Sendable {
    /// Those with a condition, in order.
    var conditional: [(condition: Expression, request: RequestTemplate)] = []
    /// Taken where no condition holds.
    @Indirect var fallback: RequestTemplate

    init(_ request: RequestTemplate) { fallback = request }

    var requests: [RequestTemplate] { conditional.map(\.request) + [fallback] }

    var conditions: [Expression] { conditional.map(\.condition) }
}
