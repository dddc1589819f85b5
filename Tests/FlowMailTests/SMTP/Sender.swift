import FlowCore
import FlowNodes
import FlowSpec
import FlowTestKit
import Testing

@testable import FlowMail

/// A step that sends mail by the mail server of the tests.
struct Sender: Sendable {
    static let server = ImapMailbox.server

    /// The first of the server's ports.
    let port: Int
    /// The server's files.
    let folder: String
    var fields: ValueMap
    var type = "smtp"
    let world: World
    let files = TemporaryFolder()
    let log = RecordedLog()
    var renew: @Sendable (Credential) async throws -> Credential? = { _ in nil }

    /// - Parameter offset: 0 for the port with STARTTLS, 1 for the one with TLS at once.
    init(
        at server: TestService = Sender.server, host: String = "127.0.0.1", offset: Int = 0, _ changes: Value = [:]
    ) async throws {
        let place = try await server.start()
        port = place.port
        folder = place.folder
        fields =
            Value.map([
                "host": .string(host), "port": .int(Int64(place.port + offset)), "username": "ada@mail.test",
                "password": .secret("fake-password"), "ca_file": .string(place.folder + "/tls/ca.pem"),
                "security": offset == 1 ? "tls" : "starttls",
            ]).mapValue ?? ValueMap()
        for (key, value) in changes.mapValue ?? ValueMap() { fields[key] = value.isNull ? nil : value }
        world = World.test(files: PosixFileSystem(), clock: SystemClock(), random: SystemRandom())
    }

    /// One to a server that the test makes up.
    init(to server: LineServer) {
        port = server.port
        folder = "/nowhere"
        fields =
            Value.map([
                "host": "127.0.0.1", "port": .int(Int64(server.port)), "security": "none",
            ]).mapValue ?? ValueMap()
        world = World.test(files: PosixFileSystem(), clock: SystemClock(), random: SystemRandom())
    }

    func context(key: String) -> NodeContext {
        var context = NodeContext(
            world: world, credential: Credential(name: "email", type: type, fields: fields), idempotencyKey: key,
            workingDirectory: files.path, log: log)
        context.renew = renew
        return context
    }

    @discardableResult
    func run(_ node: String, _ arguments: Value = [:], key: String = "key-1") async throws -> Value {
        let node = try #require(MailNodes().node(named: node))
        return try await node.run(node.spec.bind(arguments.mapValue ?? ValueMap()), in: context(key: key))
    }

    /// Sends a short message, from ada to ada where nothing else is said.
    @discardableResult
    func send(_ changes: Value = [:], key: String = "key-1") async throws -> Value {
        var message: Value = ["from": "ada@mail.test", "to": "ada@mail.test", "subject": "Report", "text": "Hello."]
        for (name, value) in changes.mapValue ?? ValueMap() { message = message.with(name.text, value) }
        return try await run("email.send", message, key: key)
    }

    func failure(_ changes: Value = [:]) async -> Failure? {
        do {
            try await send(changes)
            return nil
        } catch { return Failure(error) }
    }

    /// The message with this subject as the server has stored it, once it has.
    func delivered(_ subject: String, to user: String = "ada") async throws -> String {
        for _ in 0..<200 {
            for path in Folder.files(below: "\(folder)/mail/\(user)")
            where path.contains("/new/") || path.contains("/cur/") {
                // Other tests move and delete messages meanwhile.
                if let text = try? Folder.read(path), text.contains("\nSubject: \(subject)\n") { return text }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure(.notFound, "no message \"\(subject)\" came")
    }
}

extension Value {
    fileprivate static func map(_ pairs: KeyValuePairs<String, Value>) -> Value {
        .map(ValueMap(pairs.map { ($0.key, $0.value) }))
    }

    fileprivate func with(_ key: String, _ value: Value) -> Value {
        var map = mapValue ?? ValueMap()
        map[key] = value
        return .map(map)
    }
}
