import FlowCore
import FlowSpec

extension ImapClient {
    /// The folders that a pattern fits; `*` stands for anything, `%` for anything within a level.
    func folders(_ pattern: String) throws -> [FolderEntry] {
        var command = Command("LIST")
        command.add(string: "")
        command.add(folder: pattern)
        if capabilities.contains("SPECIAL-USE"), capabilities.contains("LIST-EXTENDED") {
            command.add("RETURN (SPECIAL-USE)")
        }
        var found: [FolderEntry] = []
        try run(command) { if case .folder(let entry) = $0 { found.append(entry) } }
        return found
    }

    /// The folder that is meant for something, such as `\Trash` (RFC 6154).
    func specialFolder(_ use: String) throws -> String? {
        try folders("*").first { $0.flags.contains { $0.caseInsensitiveEquals(use) } }.map {
            MailboxName.decode($0.name)
        }
    }

    /// How many messages a folder has, and what else of it is counted.
    func counts(of folder: String) throws -> [String: UInt64] {
        // Of the folder that is open, a server may tell what the session knows.
        try hearNews()
        var command = Command("STATUS")
        command.add(folder: folder)
        command.add("(MESSAGES UNSEEN UIDNEXT UIDVALIDITY)")
        var found: [String: UInt64] = [:]
        try run(command, about: folder) { if case .counts(_, let counts) = $0 { found = counts } }
        return found
    }

    /// - Returns: false where it is there already.
    func create(_ folder: String) throws -> Bool {
        try change(Command("CREATE"), folder, unless: "ALREADYEXISTS", "already exists", "mailbox exists")
    }

    /// - Returns: false where there is none.
    func delete(_ folder: String) throws -> Bool {
        try change(Command("DELETE"), folder, unless: "NONEXISTENT", "doesn't exist", "does not exist")
    }

    /// - Parameters:
    ///   - code: of the refusal that means that nothing is left to do.
    ///   - words: how servers say so that know no codes.
    private func change(_ command: Command, _ folder: String, unless code: String, _ words: String...) throws -> Bool {
        deselect()
        var command = command
        command.add(folder: folder)
        do {
            try run(command, about: folder)
            return true
        } catch let failure as Failure {
            let text = failure.message.lowercased()
            guard failure.code == code || failure.code == "NO" && words.contains(where: text.contains) else {
                throw failure
            }
            return false
        }
    }

    func rename(_ folder: String, to name: String) throws {
        deselect()
        var command = Command("RENAME", isUnrepeatable: true)
        command.add(folder: folder)
        command.add(folder: name)
        try run(command, about: folder)
    }
}

extension String {
    func caseInsensitiveEquals(_ other: String) -> Bool { lowercased() == other.lowercased() }
}
