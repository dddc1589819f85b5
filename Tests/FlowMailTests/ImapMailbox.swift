import FlowCore
import FlowNodes
import FlowSpec
import FlowTestKit
import Testing

@testable import FlowMail

/// The mailbox of a user at the mail server of the tests, for nodes; each has a folder of its own.
struct ImapMailbox: Sendable {
    static let server = TestService("mail", ports: 4)

    let place: TestService.Place
    var credential: Credential
    var world: World
    /// Where steps write their files.
    let files: String
    let folder: String
    let log = RecordedLog()

    /// - Parameter test: its name, which its folder has.
    static func make(
        _ test: String = #function, at server: TestService = server, fields: ValueMap = ValueMap()
    ) async throws -> ImapMailbox {
        let place = try await server.start()
        let mailbox = ImapMailbox(
            place: place, credential: credential(at: place, fields),
            world: World.test(files: PosixFileSystem(), clock: SystemClock(), random: SystemRandom()),
            files: try Folder.temporary(), folder: String(test.prefix { $0 != "(" }))
        try await mailbox.run("email.create_folder", mailbox.arguments())
        return mailbox
    }

    /// - Parameter fields: in place of the usual ones.
    static func credential(at place: TestService.Place, _ fields: ValueMap = ValueMap()) -> Credential {
        var all = ValueMap()
        all["host"] = "localhost"
        all["port"] = .int(Int64(place.port + 3))
        all["username"] = "ada@mail.test"
        all["password"] = .secret("fake-password")
        all["ca_file"] = .string(place.folder + "/tls/ca.pem")
        for (name, value) in fields { all[name] = value }
        return Credential(name: "mail", type: "imap", fields: all)
    }

    /// The same mailbox by another way.
    func through(_ relay: ImapRelay) -> ImapMailbox {
        var other = self
        other.credential.fields["host"] = "127.0.0.1"
        other.credential.fields["port"] = .int(Int64(relay.port))
        other.credential.fields["security"] = "none"
        return other
    }

    /// Arguments for the folder of the test.
    func arguments(_ more: Value = [:]) -> Value {
        var map = more.mapValue ?? ValueMap()
        map["folder"] = .string(folder)
        return .map(map)
    }

    func context(key: String = "a-key") -> NodeContext {
        NodeContext(world: world, credential: credential, idempotencyKey: key, workingDirectory: files, log: log)
    }

    @discardableResult
    func run(_ node: String, _ arguments: Value = [:], in context: NodeContext? = nil) async throws -> Value {
        let node = try #require(MailNodes().node(named: node))
        let bound = try node.spec.bind(arguments.mapValue ?? ValueMap())
        return try await node.run(bound, in: context ?? self.context())
    }

    /// Runs a node on the folder of the test.
    @discardableResult
    func here(_ node: String, _ more: Value = [:]) async throws -> Value { try await run(node, arguments(more)) }

    /// Puts a message into the folder of the test.
    @discardableResult
    func add(_ message: String, flags: [String] = []) async throws -> Int64 {
        let flags = Value.list(flags.map { .string($0) })
        let result = try await here("email.append", ["message": .string(message), "flags": flags, "duplicates": true])
        return try #require(result["uid"]?.intValue)
    }

    /// The numbers of the messages that a search in the folder of the test finds.
    func search(_ more: Value = [:]) async throws -> [Int64] {
        try await here("email.search", more).listValue?.compactMap { $0["uid"]?.intValue } ?? []
    }

    func end() async {
        await world.connections.close()
        Folder.delete(files)
    }
}
