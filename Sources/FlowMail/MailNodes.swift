import FlowCore
package import FlowSpec

/// A node for mail. Its ``NodeSpec/credentialTypes`` are those of ``MailServer``, which takes no others.
protocol MailNode: Node {}

extension MailNode {
    func refusal(of credential: Credential) -> Failure? { refusalByType(of: credential) }
}

/// The nodes for mail.
package struct MailNodes: NodeSource {
    private static let makers: [String: @Sendable () -> any Node] = [
        "email.append": { EmailAppend() },
        "email.copy": { EmailTransfer(.copy) },
        "email.create_folder": { EmailCreateFolder() },
        "email.delete": { EmailDelete() },
        "email.delete_folder": { EmailDeleteFolder() },
        "email.fetch": { EmailFetch() },
        "email.list_folders": { EmailListFolders() },
        "email.move": { EmailTransfer(.move) },
        "email.rename_folder": { EmailRenameFolder() },
        "email.search": { EmailSearch() },
        "email.send": { EmailSend() },
        "email.set_flags": { EmailSetFlags() },
        "email.test_connection": { EmailTestConnection() },
        "email.test_mailbox": { EmailTestMailbox() },
        "email.wait_new": { EmailWaitNew() },
    ]

    package init() {}

    package func node(named name: String) -> (any Node)? { Self.makers[name]?() }

    package var names: [String] { Self.makers.keys.sorted() }
}
