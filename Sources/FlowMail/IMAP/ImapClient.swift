import FlowCore
import FlowSpec

/// A conversation with an IMAP server (RFC 9051 and 3501) over a connection that is signed in. Every call waits for the
/// server, so it is made on a thread of its own.
final class ImapClient {
    /// The folder that commands are about.
    struct Selection: Equatable {
        var folder: String
        var isReadOnly: Bool
        var uidValidity: UInt32
    }

    let handle: MailHandle
    let reader: ResponseReader
    private(set) var capabilities: Set<String> = []
    private(set) var selection: Selection?
    /// Whether an answer was left half read, or the server has gone.
    private(set) var isBroken = false
    /// Whether the server has had a folder open, be it that one is forgotten here.
    private var hasOpened = false
    /// Whether others may have changed something in it since the server was asked last.
    private var mayHaveNews = false
    private var lastTag = 0

    /// Connects and signs in.
    init(_ server: MailServer, _ cancellation: Cancellation) throws {
        handle = try MailHandle(server, cancellation)
        reader = ResponseReader(handle)
        try handle.connect()
        var names: Set<String> = []
        try run(Command("CAPABILITY")) { if case .capability(let found) = $0 { names = found } }
        capabilities = names
    }

    var authority: String { handle.server.authority }

    /// Begins what another step wants: what was open may have changed since the last one.
    func beginUse() { mayHaveNews = hasOpened }

    // MARK: Commands

    /// Sends a command and gives each untagged response to `each` until the server is done with it.
    ///
    /// - Returns: how it said so.
    /// - Throws: a `Failure`: what the server's NO means (``ImapRefusal``), `uncertain` where the connection broke after an
    ///   unrepeatable command was sent; what `each` throws.
    @discardableResult
    func run(
        _ command: Command, about folder: String? = nil, _ each: (Response) throws -> Void = { _ in }
    ) throws -> StatusResponse {
        var isSent = false
        let status = try guarded(command, isSent: { isSent }) {
            let tag = nextTag()
            if let refusal = try send(command, tag: tag, each) { return refusal }
            isSent = true
            return try finish(tag, each)
        }
        try require(status, command, about: folder)
        return status
    }

    func require(_ status: StatusResponse, _ command: Command, about folder: String?) throws {
        guard status.condition != .ok else { return }
        throw ImapRefusal(status, command: command.name, folder: folder ?? selection?.folder, server: authority).failure
    }

    func nextTag() -> String {
        lastTag += 1
        return "f\(lastTag)"
    }

    /// Does what may break, and leaves the connection unusable where it did.
    func guarded<Result>(_ command: Command, isSent: () -> Bool, _ body: () throws -> Result) throws -> Result {
        // Read to its end, or nothing after it can be understood.
        isBroken = true
        do {
            let result = try body()
            isBroken = false
            return result
        } catch let error as MalformedResponse {
            throw doubt(
                Failure(
                    .protocolError, "\(authority) answered what is not IMAP: \(error.reason)",
                    hint: "check that the port belongs to an IMAP server"), command, isSent())
        } catch let error as Failure where error.kind == .network || error.kind == .timeout || error.kind == .transient
        {
            throw doubt(error, command, isSent())
        }
    }

    /// What a break means for a command that must not be repeated.
    private func doubt(_ failure: Failure, _ command: Command, _ isSent: Bool) -> Failure {
        var failure = failure
        guard isSent else {
            failure.nothingSent = true
            return failure
        }
        guard command.isUnrepeatable else { return failure }
        failure.kind = .uncertain
        failure.message += "; \(command.name) may have been carried out"
        failure.hint = "look in the folder whether it was before you repeat it"
        return failure
    }

    /// - Returns: the refusal where the server doesn't want to hear the rest of it.
    func send(_ command: Command, tag: String, _ each: (Response) throws -> Void) throws -> StatusResponse? {
        var bytes = Array("\(tag) ".utf8)
        for piece in command.pieces {
            switch piece {
            case .text(let text): bytes += text.utf8
            case .literal(let literal):
                let isPrompt = takesPromptLiteral(of: literal.count)
                bytes += "{\(literal.count)\(isPrompt ? "+" : "")}\r\n".utf8
                if !isPrompt {
                    try handle.send(bytes)
                    bytes = []
                    if let refusal = try awaitContinuation(tag, each) { return refusal }
                }
                bytes += literal
            }
        }
        try handle.send(bytes + "\r\n".utf8)
        return nil
    }

    /// Whether a literal may follow without waiting (RFC 7888).
    private func takesPromptLiteral(of count: Int) -> Bool {
        capabilities.contains("LITERAL+") || capabilities.contains("LITERAL-") && count <= 4096
    }

    /// Waits until the server wants to hear more.
    ///
    /// - Returns: its refusal where it doesn't.
    func awaitContinuation(_ tag: String, _ each: (Response) throws -> Void) throws -> StatusResponse? {
        while true {
            switch try next(each) {
            case .continuation: return nil
            case .status(let status) where status.tag == tag: return status
            default: continue
            }
        }
    }

    /// Reads until the server is done with the command of that tag.
    func finish(_ tag: String, _ each: (Response) throws -> Void) throws -> StatusResponse {
        while true {
            if case .status(let status) = try next(each), let found = status.tag {
                guard found == tag else { throw MalformedResponse("an answer to a command that was never sent") }
                return status
            }
        }
    }

    /// The next response, which `each` has seen where it is untagged.
    func next(_ each: (Response) throws -> Void) throws -> Response {
        let response = try reader.response()
        if case .status(let status) = response {
            guard status.condition != .bye else {
                throw Failure(
                    .transient, "\(authority) ended the connection (\(ServiceText.line(status.text)))",
                    hint: "try again later, and with fewer connections where it says there are too many", code: "BYE")
            }
            if status.tag != nil { return response }
        }
        try each(response)
        return response
    }

    // MARK: Folders

    /// Opens a folder: with EXAMINE, so that nothing in it changes, or with SELECT.
    @discardableResult
    func select(_ folder: String, readOnly: Bool) throws -> Selection {
        if let selection, selection.folder == folder, selection.isReadOnly == readOnly || readOnly {
            try hearNews()
            return selection
        }
        selection = nil
        var command = Command(readOnly ? "EXAMINE" : "SELECT")
        command.add(folder: folder)
        var validity: UInt32?
        hasOpened = true
        let status = try run(command, about: folder) { response in
            guard case .status(let status) = response, status.code == "UIDVALIDITY" else { return }
            validity = UInt32(status.codeArguments)
        }
        mayHaveNews = false
        guard let validity else {
            throw Failure(
                .protocolError, "\(authority) gives the messages of \"\(folder)\" no lasting numbers",
                hint: "take another folder; this one has no UIDVALIDITY")
        }
        let isReadOnly = readOnly || status.code == "READ-ONLY"
        guard readOnly || !isReadOnly else {
            throw Failure(
                .permission, "the folder \"\(folder)\" on \(authority) may only be read",
                hint: "ask its owner for the right to change it", code: "READ-ONLY")
        }
        let selection = Selection(folder: folder, isReadOnly: isReadOnly, uidValidity: validity)
        self.selection = selection
        return selection
    }

    /// Has the server tell, once in a use, what others have changed in the folder that is open: neither a search nor a
    /// fetch knows of it before (RFC 9051, 5.2 and 7).
    func hearNews() throws {
        guard mayHaveNews else { return }
        try run(Command("NOOP"))
        mayHaveNews = false
    }

    /// Forgets which folder is open, as one of that name may be another one now.
    func deselect() { selection = nil }

    func requires(_ capability: String, for what: String, hint: String) throws {
        guard !capabilities.contains(capability) else { return }
        throw Failure(.invalid, "\(authority) can't \(what) (no \(capability))", hint: hint, nothingSent: true)
    }

    /// Says goodbye; nobody waits for the answer.
    func logOut() {
        guard !isBroken else { return }
        isBroken = true
        try? handle.send(Array("\(nextTag()) LOGOUT\r\n".utf8))
    }
}
