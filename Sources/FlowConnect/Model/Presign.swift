import FlowExpression

/// A request that is not sent: its signed address is the answer, for whoever is to send it.
struct Presign: Sendable {
    /// How many seconds the address is valid.
    var expires: ValueTemplate
    /// nil takes that of the request.
    var method: Template?

    /// What signature version 4 allows: a week.
    static let maximumSeconds: Int64 = 604_800
}
