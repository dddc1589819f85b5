import ArgumentParser
import FlowCore
import FlowSpec
import FlowStore

/// `flowctl limits reset`
struct LimitsResetCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract: "Forget what is used of limits, and let requests through to services that fail.",
        discussion: """
            flowctl limits reset https://api.github.com
            What the services themselves count is not changed by it. A flowctl that runs already keeps what it knows.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: ArgumentHelp("Only those of this service.", valueName: "origin"))
    var origin: String?

    @Flag(help: "Those of all services.")
    var all = false

    func run(in session: Session) async throws {
        guard (origin == nil) == all else {
            throw Exit.usage(
                "name a service or give --all", hint: "run \"flowctl limits\" for the services there are")
        }
        let traffic = try session.traffic().map(\.entry)
        var chosen = traffic
        if let origin {
            let origins = Set(traffic.compactMap { $0.value["origin"]?.stringValue })
            // As a host alone people write it most.
            let wanted = Origin(origin)?.description
            chosen = traffic.filter { entry in
                let known = entry.value["origin"]?.stringValue
                return known != nil && (known == wanted || entry.value["host"]?.stringValue == origin)
            }
            if chosen.isEmpty {
                let hint = Suggestion.didYouMean(wanted ?? origin, among: Array(origins))
                throw Exit.usage(
                    "nothing is known of the service \"\(origin)\"",
                    hint: hint ?? "run \"flowctl limits\" for the services there are")
            }
        }
        if !chosen.isEmpty { try await SharedTable(path: try session.settings.stateDatabase).remove(chosen) }
        session.console.show(json: ["reset": .int(Int64(chosen.count))]) {
            session.console.note("reset \(chosen.count) \(chosen.count == 1 ? "record" : "records")")
        }
    }
}

extension Session {
    /// What is kept of limits and breakers.
    func traffic() throws -> [(kind: SharedRecord.Kind, entry: SharedTable.Entry)] {
        try SharedTable.entries(in: settings.stateDatabase).compactMap { entry in
            SharedRecord.Kind(rawValue: entry.kind).map { ($0, entry) }
        }
    }
}
