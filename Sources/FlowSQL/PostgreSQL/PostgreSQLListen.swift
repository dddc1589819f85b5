import CPostgreSQL
import FlowCore
import FlowSpec
import Glibc

/// `postgres.listen`: waits for what others send with NOTIFY.
struct PostgreSQLListen: Node {
    let spec = NodeSpec(
        "listen", of: PostgreSQL.self, summary: "Wait for notifications.",
        details: """
            Ends when count have come, or the time is over. What was sent before the step began is not seen. The step \
            holds one of the credential's connections.
            """,
        effect: .read,
        parameters: [
            Parameter(
                "channels", .list(of: .string), required: true, help: "The channels, as NOTIFY names them.",
                example: ["orders"]),
            Parameter("count", .int, default: 1, help: "How many are waited for.", minimum: 1, maximum: 10_000),
            Parameter(
                "wait", .duration, default: "1m", help: "How long they are waited for.", example: "10m", shortest: .zero
            ),
        ],
        output: "What came, a list of {channel, payload, pid}; pid is the server's process of the sender.",
        example: .init(
            ["channels": ["orders"], "wait": "10m"],
            output: [["channel": "orders", "payload": "7", "pid": 4711]]))

    func outputType(of arguments: WrittenArguments) -> StaticType {
        .list(of: .record([("channel", .string), ("payload", .string), ("pid", .int)]))
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let session = try SQLSession<PostgreSQL>(arguments, .read, of: spec, in: context)
        let channels = (arguments.list("channels") ?? []).compactMap(\.stringValue)
        let count = arguments.int("count") ?? 1
        let wait = arguments.duration("wait") ?? .seconds(60)
        return try await session.use { connection in
            .list(try connection.notifications(on: channels, atMost: count, within: wait))
        }
    }
}

extension PostgreSQLConnection {
    fileprivate func notifications(
        on channels: [String], atMost count: Int, within wait: Duration
    ) throws -> [Value] {
        let end = ContinuousClock.now + wait
        for channel in channels { try command("LISTEN \(PostgreSQL.dialect.quoted(channel))") }
        var found: [Value] = []
        while true {
            while found.count < count, let notification = PQnotifies(handle) {
                defer { PQfreemem(notification) }
                found.append([
                    "channel": .string(String(cString: notification.pointee.relname)),
                    "payload": .string(String(cString: notification.pointee.extra)),
                    "pid": .int(Int64(notification.pointee.be_pid)),
                ])
            }
            if found.count == count { return found }
            if try self.wait(for: POLLIN, until: end) == 0 { return found }
            guard PQconsumeInput(handle) == 1 else { throw lost() }
        }
    }
}
