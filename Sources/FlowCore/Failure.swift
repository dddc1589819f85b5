/// What kind of thing went wrong. It alone decides retry, breaker and exit code.
package enum FailureKind: String, Sendable, Hashable, CaseIterable {
    /// The request or the data is wrong; repeating it can't help.
    case invalid
    /// No valid credential.
    case auth
    /// A valid credential that may not do this.
    case permission
    case notFound = "not_found"
    case conflict
    case rateLimited = "rate_limited"
    /// The other side says it may work later.
    case transient
    /// No connection, or it broke before anything was sent.
    case network
    case tls
    case timeout
    /// The other side answered something that can't be understood.
    case protocolError = "protocol"
    /// A write that may or may not have happened.
    case uncertain
    case cancelled
    /// A bug in flowctl.
    case `internal`
}

/// Why something could not be done: the one error type of flowctl.
///
/// `message` is lower case, says what and where, and never contains a secret, an argument value or a token.
/// `hint` is an imperative sentence that can be followed.
package struct Failure: Error, Sendable, Hashable {
    package var kind: FailureKind
    package var message: String
    package var hint: String?
    /// The other side's own word for it, such as `channel_not_found` or `SQLITE_BUSY`.
    package var code: String?
    /// What the other side calls the request, where it says so: its support asks for it.
    package var requestID: String?
    /// Where in a file, for failures that belong to a place.
    package var position: SourceSpan?
    /// What caused it, as text fit for `--verbose`.
    package var underlying: String?
    /// How long the other side asks to wait before the next try.
    package var retryAfter: Duration?
    /// True where the other side surely did nothing of the work, as nothing was sent or it was not let in, so that any effect
    /// is safe to repeat. False says nothing. Whoever repeats by itself clears it where an earlier try may have done the work.
    package var nothingSent: Bool
    /// True where the other side has refused the work and yet may have done it: by its own word, or as an earlier try of the
    /// same write was lost.
    package var mayBeDone = false
    /// True where the other side says that another try is of no use for now, so that none follows by itself. What came of
    /// the work is as open as the kind says.
    package var refusesRetry = false
    /// True where the server that was asked had answered, and another one, to which it redirects, is what failed.
    package var isOfRedirect = false

    package init(
        _ kind: FailureKind, _ message: String, hint: String? = nil, code: String? = nil,
        position: SourceSpan? = nil, underlying: String? = nil, retryAfter: Duration? = nil, nothingSent: Bool = false
    ) {
        self.kind = kind
        self.message = message
        self.hint = hint
        self.code = code
        self.position = position
        self.underlying = underlying
        self.retryAfter = retryAfter
        self.nothingSent = nothingSent
    }

    /// The failure of any error: itself, a cancellation, or a bug under its type's name.
    package init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case is CancellationError: self.init(.cancelled, "cancelled")
        default:
            self.init(.internal, "an unexpected error of type \(Swift.type(of: error))", underlying: "\(error)")
        }
    }

    /// What expressions see as `steps.ID.error`: `kind`, `code`, `message`, `hint`, `request_id`.
    package var asValue: Value {
        [
            "kind": .string(kind.rawValue), "code": code.map(Value.string) ?? .null,
            "message": .string(message), "hint": hint.map(Value.string) ?? .null,
            "request_id": requestID.map(Value.string) ?? .null,
        ]
    }

    /// As the journal keeps it: ``asValue``, with `may_be_done` where that is so.
    package var asStoredValue: Value {
        guard mayBeDone, case .map(var map) = asValue else { return asValue }
        map["may_be_done"] = true
        return .map(map)
    }

    /// The inverse of ``asValue`` and ``asStoredValue``, for a failure read back from the journal.
    package init?(value: Value) {
        guard let name = value["kind"]?.stringValue, let kind = FailureKind(rawValue: name) else { return nil }
        self.init(
            kind, value["message"]?.stringValue ?? "", hint: value["hint"]?.stringValue,
            code: value["code"]?.stringValue)
        requestID = value["request_id"]?.stringValue
        mayBeDone = value["may_be_done"]?.boolValue ?? false
    }
}

extension Failure: CustomStringConvertible {
    package var description: String { hint.map { "\(message) (\($0))" } ?? message }
}

/// What repeating a piece of work may do.
package enum Effect: String, Sendable, Hashable, CaseIterable {
    /// Changes nothing.
    case read
    /// Doing it twice is the same as doing it once.
    case idempotent
    /// Doing it twice does it twice.
    case write
}
