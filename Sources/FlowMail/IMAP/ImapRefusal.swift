import FlowCore
import FlowSpec

/// What a server's NO or BAD means (RFC 5530 and others).
struct ImapRefusal {
    private let status: StatusResponse
    private let command: String
    private let folder: String?
    private let server: String

    init(_ status: StatusResponse, command: String, folder: String?, server: String) {
        self.status = status
        self.command = command
        self.folder = folder
        self.server = server
    }

    private var place: String { folder.map { "the folder \"\($0)\" on \(server)" } ?? server }
    private var words: String { status.text.isEmpty ? "" : ": \(ServiceText.line(status.text))" }

    var failure: Failure {
        switch status.code {
        case "AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED", "WEBALERT":
            return failure(
                .auth, "\(server) refused", hint: "check the account; the provider may want a login by browser")
        case "NONEXISTENT", "TRYCREATE":
            return failure(
                .notFound, "there is no folder \"\(folder ?? "")\" on \(server)",
                hint: "look at email.list_folders for its name; create it with email.create_folder")
        case "EXPUNGEISSUED":
            return failure(
                .notFound, "a message is no longer in \(place)",
                hint: "search for it again; it may have been moved or deleted")
        case "ALREADYEXISTS":
            return failure(.conflict, "\(place) exists already", hint: "take another name")
        case "OVERQUOTA":
            return failure(.invalid, "the mailbox is full", hint: "delete messages, or ask for more space")
        case "NOPERM", "READ-ONLY":
            return failure(.permission, "\(place) may not be changed so", hint: "ask its owner for the right to")
        case "CANNOT":
            return failure(.invalid, "\(server) can't do this", hint: "take another folder or name")
        case "LIMIT", "TOOMANY":
            return failure(
                .rateLimited, "a limit of \(server) is reached",
                hint: "use fewer connections at once; wait and try again")
        case "UNAVAILABLE", "INUSE", "SERVERBUG", "CONTACTADMIN":
            return failure(.transient, "\(server) can't do this now", hint: "try again later")
        case "BADCHARSET":
            return failure(
                .invalid, "\(server) can't search for other letters than those of ASCII",
                hint: "search for something in ASCII")
        default: return unnamed
        }
    }

    /// Older servers say it in words alone.
    private var unnamed: Failure {
        let text = status.text.lowercased()
        if status.condition == .bad {
            return failure(
                .invalid, "\(server) does not understand \(command)",
                hint: "check raw: and what else is passed on as it is")
        }
        if text.contains("too many") {
            return failure(
                .rateLimited, "a limit of \(server) is reached",
                hint: "use fewer connections at once; wait and try again")
        }
        if ["doesn't exist", "does not exist", "unknown mailbox", "no such mailbox", "not found"].contains(
            where: text.contains)
        {
            return failure(
                .notFound, "there is no folder \"\(folder ?? "")\" on \(server)",
                hint: "look at email.list_folders for its name; create it with email.create_folder")
        }
        return failure(
            .invalid, "\(server) refused \(command)", hint: "see what it says, and check folder and messages")
    }

    private func failure(_ kind: FailureKind, _ message: String, hint: String) -> Failure {
        Failure(kind, message + words, hint: hint, code: status.code ?? status.condition.rawValue)
    }
}
