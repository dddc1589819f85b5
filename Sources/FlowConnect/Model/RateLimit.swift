import FlowCore
package import FlowExpression

/// How often an operation may be used: `1/s per ${{ params.channel }}`, `50/min`.
package struct RateLimit: Sendable {
    /// The operation it is of; nil for that of all operations without one of their own.
    package var operation: String?
    package var count: Int
    package var interval: Duration
    /// What shares one budget; nil is all uses with one credential.
    package var key: Template?

    /// Reads the text before `per`: a count, a slash, a unit of time. nil where it isn't one.
    init?(_ rate: some StringProtocol, of operation: String?) {
        let parts = rate.split(separator: "/", omittingEmptySubsequences: false).map { part in
            String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
        guard parts.count == 2, let count = Int(parts[0]), (1...RateLimit.mostRequests).contains(count),
            let interval = RateLimit.units[parts[1]]
        else { return nil }
        self.operation = operation
        self.count = count
        self.interval = interval
    }

    /// What is more is no limit.
    private static let mostRequests = 1_000_000

    private static let units: [String: Duration] = [
        "s": .seconds(1), "min": .seconds(60), "h": .seconds(3600), "d": .seconds(86_400),
    ]
}
