import FlowCore
import FlowNodes
import FlowSpec
import FlowTestKit

@testable import FlowMail

extension LineServer.Conversation {
    /// Talks as an IMAP server that takes every login, until the client hangs up.
    ///
    /// - Parameter answer: says what it likes to another command, and the end of it; false hangs up.
    func talkIMAP(_ answer: (_ tag: String, _ command: String) -> Bool) {
        say("* OK ready")
        while let line = hear() {
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            guard words.count == 2 else { return }
            switch words[1].split(separator: " ").first {
            case "CAPABILITY": say("* CAPABILITY IMAP4rev1 MOVE UIDPLUS", "\(words[0]) OK done")
            case "LOGIN", "NOOP": say("\(words[0]) OK done")
            case "LOGOUT": return
            default: guard answer(words[0], words[1]) else { return }
            }
        }
    }
}

/// A mailbox at a server that the test makes up.
struct TalkedMailbox: Sendable {
    let world = World.test(files: PosixFileSystem(), clock: SystemClock(), random: SystemRandom())
    let files: String
    private let credential: Credential

    init(at server: LineServer) throws {
        files = try Folder.temporary()
        var fields = ValueMap()
        fields["host"] = "127.0.0.1"
        fields["port"] = .int(Int64(server.port))
        fields["security"] = "none"
        fields["username"] = "ada"
        fields["password"] = .secret("fake-password")
        credential = Credential(name: "mail", type: "imap", fields: fields)
    }

    func run(_ node: any Node, _ arguments: Value = [:]) async throws -> Value {
        let context = NodeContext(
            world: world, credential: credential, idempotencyKey: "a-key", workingDirectory: files, log: RecordedLog())
        return try await node.run(try node.spec.bind(arguments.mapValue ?? ValueMap()), in: context)
    }

    func end() async {
        await world.connections.close()
        Folder.delete(files)
    }
}
