import FlowCore
import FlowMIME

/// A conversation with a server that takes mail, after libcurl has connected, encrypted and logged in (RFC 5321). It is
/// used by one thread at a time, which waits for the server.
final class SMTPSession {
    /// The server had hung up before it was told anything.
    struct Stale: Error {}

    /// Commands that are sent before their answers are read, so that both sides' buffers hold what is under way.
    private static let commandsAtATime = 50
    /// What RFC 5321, 4.5.3.2 asks a client to wait.
    private static let patience: Duration = .seconds(300)
    private static let patienceAtTheEnd: Duration = .seconds(600)

    let features: SMTPFeatures
    private let handle: MailHandle
    private var replies = SMTPReplyReader()
    private var lettersTaken = 0
    /// Whether the server waits for the next letter.
    private(set) var isReady = true

    /// - Throws: why there is no connection, or the login was refused.
    init(_ server: MailServer, _ cancellation: Cancellation) throws {
        handle = try MailHandle(server, cancellation)
        try handle.connect()
        handle.patience = Self.patience
        features = SMTPFeatures(handle.serverLines)
    }

    /// Has the server take a letter.
    ///
    /// - Throws: ``Stale``; a refusal or another failure, after which surely nobody gets the letter; `uncertain` where
    ///   the connection broke when all had been sent and nothing answered.
    func deliver(_ letter: SMTPLetter) throws -> SMTPReceipt {
        try requireRoom(for: letter)
        isReady = false
        let rejected: [SMTPReceipt.Rejection]
        do {
            rejected = try announce(letter)
            try send(letter.content, of: letter)
            try handle.checkCancellation()
        } catch let failure as Failure {
            throw nothingSent(failure)
        } catch is CancellationError {
            throw nothingSent(Failure(.cancelled, "cancelled"))
        }
        let reply = try finish(letter)
        isReady = !reply.isFarewell
        guard reply.isPositive else { throw refusal(.message, reply) }
        lettersTaken += 1
        let names = Set(rejected.map(\.address))
        return SMTPReceipt(
            reply: reply, accepted: letter.recipients.filter { !names.contains($0) }, rejected: rejected)
    }

    /// Whether the server still answers.
    func isAlive() -> Bool {
        handle.patience = .seconds(10)
        defer { handle.patience = Self.patience }
        return (try? say(["NOOP"]))?.first?.isPositive ?? false
    }

    func quit() {
        guard isReady else { return }
        handle.patience = .seconds(5)
        _ = try? say(["QUIT"])
    }

    // MARK: Before the message

    private func requireRoom(for letter: SMTPLetter) throws(Failure) {
        guard let limit = features.largestMessage, letter.content.size > limit else { return }
        throw Failure(
            .invalid,
            "the message has \(letter.content.size) bytes, and \(handle.server.authority) takes \(limit) at most",
            hint: "send less, such as a link in place of a file; files grow by a third in a message", code: "552",
            nothingSent: true)
    }

    /// Tells sender and recipients, and asks for the message.
    ///
    /// - Returns: the recipients that the server refused, where the others are to get the letter all the same.
    private func announce(_ letter: SMTPLetter) throws -> [SMTPReceipt.Rejection] {
        let size = features.takesSize ? " SIZE=\(letter.content.size)" : ""
        let commands = ["MAIL FROM:<\(letter.sender)>\(size)"] + letter.recipients.map { "RCPT TO:<\($0)>" }
        let answers = try sayFirst(commands)
        if let farewell = answers.first(where: \.isFarewell) { throw refusal(.message, farewell) }
        guard answers[0].isPositive else { throw try takeBack(refusal(.sender(letter.sender), answers[0])) }
        let rejected = zip(letter.recipients, answers.dropFirst()).filter { !$1.isPositive }
            .map { SMTPReceipt.Rejection(address: $0, reply: $1) }
        if rejected.count == letter.recipients.count || !rejected.isEmpty && letter.onRejected == .fail {
            // Where one is refused for good, waiting doesn't help.
            let worst = rejected.first { !$0.reply.isTemporary } ?? rejected[0]
            let shown = [worst] + rejected.filter { $0 != worst }
            throw try takeBack(refusal(.recipients(shown, of: letter.recipients.count), worst.reply))
        }
        let go = try say(["DATA"])[0]
        guard go.code == 354 else { throw refusal(.message, go) }
        return rejected
    }

    /// The first words of a letter. A server that ended the conversation meanwhile is noticed here.
    private func sayFirst(_ commands: [String]) throws -> [SMTPReply] {
        do {
            let answers = try say(commands)
            if lettersTaken > 0, answers[0].code == 421 { throw Stale() }
            return answers
        } catch let failure as Failure where lettersTaken > 0 && failure.kind == .network {
            throw Stale()
        }
    }

    /// Has the server forget sender and recipients, so that the next letter can follow.
    private func takeBack(_ failure: Failure) throws -> Failure {
        isReady = try say(["RSET"]).first?.isPositive ?? false
        return failure
    }

    /// One answer for each command.
    private func say(_ commands: [String]) throws -> [SMTPReply] {
        var answers: [SMTPReply] = []
        let batch = features.takesSeveralCommands ? Self.commandsAtATime : 1
        for start in stride(from: 0, to: commands.count, by: batch) {
            let some = commands[start..<min(start + batch, commands.count)]
            try handle.send(some.map { $0 + "\r\n" }.joined().utf8)
            for _ in some {
                answers.append(try replies.read(from: handle))
                // It reads nothing more.
                if let last = answers.last, last.isFarewell { return answers }
            }
        }
        return answers
    }

    // MARK: The message

    private var stuffing = DotStuffing()

    private func send(_ content: MailContent, of letter: SMTPLetter) throws {
        stuffing = DotStuffing()
        do {
            try content.write(reading: letter.read) { try handle.send(stuffing.stuffed($0)) }
        } catch let failure as Failure where failure.kind == .network {
            // A server may say no in the middle, and hang up.
            handle.patience = .seconds(1)
            guard let reply = try? replies.read(from: handle), !reply.isPositive else { throw failure }
            throw refusal(.message, reply)
        }
    }

    private func refusal(_ subject: SMTPRefusal.Subject, _ reply: SMTPReply) -> Failure {
        SMTPRefusal(server: handle.server, subject: subject, reply: reply).failure
    }

    private func nothingSent(_ failure: Failure) -> Failure {
        var failure = failure
        failure.nothingSent = true
        return failure
    }

    /// Ends the message. From its first byte on, the server may have taken it.
    private func finish(_ letter: SMTPLetter) throws(Failure) -> SMTPReply {
        handle.patience = Self.patienceAtTheEnd
        defer { handle.patience = Self.patience }
        do {
            try handle.send(stuffing.end.utf8)
            return try replies.read(from: handle)
        } catch {
            throw Failure(
                .uncertain,
                "all of the message was sent, and \(handle.server.authority) did not say whether it took it",
                hint:
                    "look with a recipient or in the server's log whether \(letter.messageID) came before you send it again",
                underlying: Failure(error).message)
        }
    }
}
