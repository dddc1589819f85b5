import FlowCore
import FlowExpression

/// How an app says no, and what that means.
struct ErrorRules: Sendable {
    /// What gives a failure its kind.
    enum Sign: Sendable {
        /// The vendor's own word.
        case code(String)
        case status(Int)
        case condition(Expression)

        var condition: Expression? {
            if case .condition(let condition) = self { condition } else { nil }
        }
    }

    /// Where a response says how long to wait.
    struct Delay: Sendable {
        enum Source: Sendable, Hashable {
            case headerSeconds(String)
            case headerMilliseconds(String)
            /// Seconds since 1970; so large a number that it would be the year 5000 is milliseconds.
            case headerEpoch(String)
            /// As headers have it, or RFC 3339.
            case headerDate(String)
            /// Members of the JSON body, outermost first.
            case jsonSeconds([String])
            case jsonMilliseconds([String])
            /// As ``headerEpoch(_:)``.
            case jsonEpoch([String])
            case seconds(Int)
        }

        var source: Source
        var condition: Expression?
    }

    /// Asked for every response, whatever its status; nil leaves it to the status.
    var when: Expression?
    var code: Template?
    var message: Template?
    /// What the app calls the request; else it is looked for under the usual headers.
    var requestID: Template?
    /// In order: the first kind with a sign that fits.
    var kinds: [(kind: FailureKind, signs: [Sign])] = []
    /// What says that another try is of no use for now, whatever the kind.
    var finalSigns: [Sign] = []
    /// By code, or by status as text.
    var hints: [(key: String, hint: Template)] = []
    /// In order: the first that gives a time.
    var delays: [Delay] = []

    static let none = ErrorRules()

    var expressions: [Expression] {
        var all =
            [when].compactMap(\.self) + (code?.expressions ?? []) + (message?.expressions ?? [])
            + (requestID?.expressions ?? [])
        all += (kinds.flatMap(\.signs) + finalSigns).compactMap(\.condition)
        return all + hints.flatMap(\.hint.expressions) + delays.compactMap(\.condition)
    }
}
