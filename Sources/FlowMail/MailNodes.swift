import FlowCore
package import FlowSpec

/// The nodes for mail.
package struct MailNodes: NodeSource {
    private static let makers: [String: @Sendable () -> any Node] = [
        "email.send": { EmailSend() }, "email.test_connection": { EmailTestConnection() },
    ]

    package init() {}

    package func node(named name: String) -> (any Node)? { Self.makers[name]?() }

    package var names: [String] { Self.makers.keys.sorted() }
}
