import FlowCore
import FlowNodes
import FlowSpec
import FlowTestKit
import Testing

@testable import FlowMail

/// The mailbox of a user at the mail server of the tests, for nodes; each has folders of its own.
struct ImapMailbox: Sendable {
    static let server = TestService("mail", ports: 4)

    let place: TestService.Place
    var credential: Credential
    var world: World
    /// Where steps write their files.
    let files: String
    let folder: String
    var log = RecordedLog()

    /// - Parameter test: its name, which its folder has.
    static func make(_ test: String = #function, host: String = "localhost", user: String = "ada") async throws
        -> ImapMailbox
    {
        let place = try await server.start()
        let name = String(test.prefix { $0 != "(" })
        let mailbox = ImapMailbox(
            place: place,
            credential: Credential(
                name: "mail", type: "imap",
                fields: [
                    "host": .string(host), "port": .int(Int64(place.port + 3)),
                    "username": .string("\(user)@mail.test"),
                    "password": .secret("fake-password"), "ca_file": .string(place.folder + "/tls/ca.pem"),
                ].asMap),
            world: World.test(files: PosixFileSystem(), clock: SystemClock(), random: SystemRandom()),
            files: try Folder.temporary(), folder: name)
        try await mailbox.run("email.create_folder", ["folder": .string(name)])
        return mailbox
    }

    func context(key: String = "a-key") -> NodeContext {
        NodeContext(
            world: world, credential: credential, idempotencyKey: key, workingDirectory: files, log: log)
    }

    @discardableResult
    func run(_ node: String, _ arguments: Value = [:], in context: NodeContext? = nil) async throws -> Value {
        let node = try #require(MailNodes().node(named: node))
        let bound = try node.spec.bind(arguments.mapValue ?? ValueMap())
        return try await node.run(bound, in: context ?? self.context())
    }

    /// Puts a message into the folder of the test.
    @discardableResult
    func add(_ message: String, flags: Value = []) async throws -> Int64 {
        let result = try await run(
            "email.append",
            ["folder": .string(folder), "message": .string(message), "flags": flags, "duplicates": true])
        return try #require(result["uid"]?.intValue)
    }

    func end() async {
        await world.connections.close()
        Folder.delete(files)
    }
}

extension Value {
    fileprivate var asMap: ValueMap { mapValue ?? ValueMap() }
}
