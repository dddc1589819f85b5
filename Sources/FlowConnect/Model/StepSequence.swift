import FlowCore
import FlowExpression
import FlowSpec

/// Requests in a fixed order, with what happens when one of them fails.
struct StepSequence: Sendable {
    struct Step: Sendable {
        var name: String
        @Indirect var request: RequestTemplate
        /// Sends the body in pieces.
        @Boxed var chunking: Chunking?
        /// Finds out whether the request has happened when its answer was lost, or may say so.
        @Boxed var probe: Probe?
        /// Sent again in a resumed run, as what it reads may have changed.
        var isFresh = false
    }

    /// Asks whether a write has happened.
    struct Probe: Sendable {
        @Indirect var request: RequestTemplate
        var done: Expression
    }

    /// Goes back to an earlier step when a later one fails in a certain way.
    struct Restart: Sendable {
        /// Of the step to go back to.
        var index: Int
        var kind: FailureKind
        /// How often.
        var limit: Int
    }

    /// What a file that is small enough needs in place of all steps.
    struct Whole: Sendable {
        /// The parameter with the file.
        var parameter: String
        /// Bytes.
        var limit: Int64
        @Indirect var request: RequestTemplate
        /// nil is the body of the answer.
        var output: ValueTemplate?
    }

    var steps: [Step]
    /// Sent where the operation fails for good after a step has begun.
    var abort: [RequestTemplate] = []
    var restart: Restart?
    @Boxed var whole: Whole?

    var requests: [RequestTemplate] {
        var all = [whole?.request].compactMap(\.self)
        for step in steps {
            all.append(step.request)
            if let ask = step.chunking?.ask { all.append(ask.request) }
            if let probe = step.probe { all.append(probe.request) }
        }
        return all + abort
    }
}

/// How a request's body is sent in pieces.
struct Chunking: Sendable {
    enum Style: String, Sendable, CaseIterable {
        /// `Content-Range: bytes 0-99/200` (RFC 9110, 14.5).
        case range
        /// The templates say where a piece begins.
        case offset
        /// The templates say which piece it is, counted from 1.
        case parts
    }

    /// Asks how much the server has, after a break.
    struct Ask: Sendable {
        @Indirect var request: RequestTemplate
        /// Where to go on.
        var offset: Template
    }

    var style: Style
    /// The file.
    var file: Template
    /// Bytes of a piece; may be computed from the size of the file.
    var size: Size
    /// What a piece must be a multiple of, the last excepted.
    var multiple: Int64 = 1
    /// Whether an answer means that more pieces are wanted; where nothing is said, until the end of the file.
    var more: More?
    /// Where the server wants the next piece to begin.
    var next: Template?
    /// What is kept of the answer to each piece.
    var collect: Template?
    @Boxed var ask: Ask?
    var span: SourceSpan

    enum Size: Sendable {
        case bytes(Int64)
        case computed(Expression)
    }

    enum More: Sendable {
        case statuses(Set<Int>)
        case condition(Expression)
    }

    /// What is evaluated before a piece is sent.
    var expressionsBefore: [Expression] {
        var all = file.expressions
        if case .computed(let expression) = size { all.append(expression) }
        return all
    }

    /// What looks at an answer.
    var expressionsAfter: [Expression] {
        var all = (next?.expressions ?? []) + (collect?.expressions ?? [])
        if case .condition(let expression) = more { all.append(expression) }
        return all
    }
}
