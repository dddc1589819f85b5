import FlowMIME

/// A message with its envelope: what a server is told about whom it is from and to (RFC 5321, 2.3.1).
struct SMTPLetter: Sendable {
    /// What it means that a server refuses some of the recipients.
    enum OnRejected: String, Sendable, CaseIterable {
        /// Nothing is sent to anybody.
        case fail
        /// The others get it.
        case `continue`
    }

    /// With its angle brackets.
    let messageID: String
    let sender: String
    let recipients: [String]
    let content: MailContent
    let onRejected: OnRejected
    /// Some bytes of a file: its path, from where on, how many.
    let read: @Sendable (String, Int64, Int) throws -> [UInt8]
}

/// What became of a letter that the server has taken.
struct SMTPReceipt: Sendable, Hashable {
    struct Rejection: Sendable, Hashable {
        let address: String
        let reply: SMTPReply
    }

    let reply: SMTPReply
    let accepted: [String]
    let rejected: [Rejection]
}
