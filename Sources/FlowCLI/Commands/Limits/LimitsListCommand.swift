import ArgumentParser
import FlowCore
import FlowHTTP
import FlowNodes
import FlowStore

/// `flowctl limits list`
struct LimitsListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what is used of rate limits, and the services that fail.",
        discussion: """
            With --output json: a list of objects with origin, socket, credential, kind, limit, per, state, used, \
            until, failures, calls.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    func run(in session: Session) async throws {
        let console = session.console
        let now = SystemClock().now()
        let entries = try session.traffic().compactMap { TrafficEntry($0.kind, $0.entry.value, at: now) }
        console.show(json: .list(entries.map(\.asValue))) {
            guard !entries.isEmpty else { return console.note("no limit is in use, and no service is known to fail") }
            var table = Table("SERVICE", "CREDENTIAL", "WHAT", "STATE")
            for entry in entries {
                table.add(
                    StyledText(entry.service, .bold), StyledText(entry.credential ?? "-"), StyledText(entry.subject),
                    entry.words(at: now))
            }
            table.show(on: console)
        }
    }
}

extension TrafficEntry {
    fileprivate var isBreaker: Bool {
        switch state {
        case .used, .closed: false
        case .breakerOpen, .breakerClosed: true
        }
    }

    /// `http://localhost by /var/run/docker.sock`
    fileprivate var service: String { origin + (socket.map { " by \(terminalSafe($0))" } ?? "") }

    /// `slack.send_message 1/s per C0123456789`
    fileprivate var subject: String {
        if isBreaker { return "circuit breaker" }
        guard let limit else { return "rate limit" }
        return [limit, rate, per.map { "per \(terminalSafe($0))" }].compactMap(\.self).joined(separator: " ")
    }

    fileprivate func words(at now: Timestamp) -> StyledText {
        switch state {
        case .used(let count): return StyledText("\(count) used")
        case .closed(let until):
            return StyledText("closed for \(until.since(now).humanText), as the service asks", .yellow)
        case .breakerClosed(let failures, let calls):
            return StyledText("closed; \(failures) of \(calls) requests failed lately")
        case .breakerOpen(let until, let failures, let calls):
            let rest = "\(failures) of \(calls) requests failed"
            return until > now
                ? StyledText("open for \(until.since(now).humanText); \(rest)", .red)
                : StyledText("open; the next request is a try; \(rest)", .yellow)
        }
    }

    fileprivate var asValue: Value {
        var map = ValueMap()
        map["origin"] = .string(origin)
        map["socket"] = .text(socket)
        map["credential"] = .text(credential)
        map["kind"] = .string(isBreaker ? "breaker" : "limit")
        map["limit"] = .text(limit)
        map["rate"] = .text(rate)
        map["per"] = .text(per)
        switch state {
        case .used(let count):
            map["state"] = "in_use"
            map["used"] = .int(Int64(count))
        case .closed(let until):
            map["state"] = "closed"
            map["until"] = .string(until.rfc3339)
        case .breakerClosed(let failures, let calls):
            map["state"] = "closed"
            map["failures"] = .int(Int64(failures))
            map["calls"] = .int(Int64(calls))
        case .breakerOpen(let until, let failures, let calls):
            map["state"] = "open"
            map["until"] = .string(until.rfc3339)
            map["failures"] = .int(Int64(failures))
            map["calls"] = .int(Int64(calls))
        }
        return .map(map)
    }
}

extension Value {
    fileprivate static func text(_ text: String?) -> Value { text.map(Value.string) ?? .null }
}
