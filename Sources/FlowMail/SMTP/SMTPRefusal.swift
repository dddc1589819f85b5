import FlowCore

/// A server's no, told as a failure. Nothing has been sent to anybody.
struct SMTPRefusal {
    enum Subject {
        case sender(String)
        case recipients([SMTPReceipt.Rejection], of: Int)
        /// Before or after all of it was sent.
        case message
    }

    let server: MailServer
    let subject: Subject
    let reply: SMTPReply

    /// A server that greylists takes a message only after a while.
    private static let pause: Duration = .seconds(60)

    var failure: Failure {
        let verb = reply.isTemporary ? "put off" : "refused"
        let failure = Failure(
            kind, "\(server.authority) \(verb) \(what)", hint: hint, code: String(reply.code),
            retryAfter: reply.isTemporary ? Self.pause : nil, nothingSent: true)
        return failure
    }

    private var what: String {
        switch subject {
        case .sender(let address): return "the sender \"\(address)\": \(reply.text)"
        case .message: return "the message: \(reply.text)"
        case .recipients(let rejected, let count):
            if rejected.count == 1 { return "the recipient \"\(rejected[0].address)\": \(reply.text)" }
            let shown = rejected.prefix(5).map { "\"\($0.address)\" (\($0.reply.text))" }.joined(separator: ", ")
            return "\(rejected.count) of \(count) recipients: \(shown)\(rejected.count > 5 ? " and others" : "")"
        }
    }

    private var kind: FailureKind {
        if reply.isTemporary { return .transient }
        switch (reply.code, reply.status) {
        case (530, _), (534, _), (535, _): return .auth
        case (_, "5.1.1"), (_, "5.1.2"), (_, "5.1.10"): return .notFound
        case (_, let status) where status.hasPrefix("5.7."): return .permission
        case (500...504, _): return .protocolError
        default: return .invalid
        }
    }

    private var hint: String {
        if reply.code == 452 { return "try again later, or send to fewer recipients at a time" }
        if reply.isTemporary { return "try again after a minute or more, as with retry:; nothing was sent" }
        if reply.code == 530 { return "put username and password into the credential, and check its security" }
        if reply.code == 534 || reply.code == 535 { return "check the credential; nothing was sent" }
        if reply.code == 552 || reply.status == "5.3.4" {
            return "send less, such as a link in place of a file; nothing was sent"
        }
        switch subject {
        case .sender: return "give a from that this account may send as"
        case .message: return "read the server's words, which say by what rule; nobody got it"
        case .recipients(let rejected, let count):
            return rejected.count < count
                ? "correct or leave out these; nothing was sent to the others, which on_rejected: continue would do"
                : "check the addresses; nothing was sent"
        }
    }
}
