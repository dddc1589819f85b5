import FlowCore
import FlowSpec

/// What a response says about how much of a rate limit is left.
///
/// Reads whatever is called `…RateLimit-…Remaining`, of which each service has its own spelling, with the reset of the
/// same name, and `RateLimit` of the IETF draft (draft-ietf-httpapi-ratelimit-headers). Of several limits the one that
/// binds longest counts.
struct RateLimitHeaders {
    var remaining: Int
    /// How long until the limit is whole again.
    var reset: Duration

    /// nil where the response says nothing, or nothing that can be understood.
    init?(_ headers: HTTPHeaders, now: Timestamp) {
        let fields = headers.fields.filter { RateLimitHeaders.areIn($0.name) }
        guard !fields.isEmpty else { return nil }
        let named = fields.map { (name: $0.name.lowercased(), value: $0.value) }
        let values = Dictionary(named.map { ($0.name, $0.value) }) { first, _ in first }
        var limits = named.compactMap { RateLimitHeaders($0.name, $0.value, of: values, now) }
        // Several lines of a field are one list (RFC 9110, 5.3).
        limits += RateLimitHeaders.draft(named.filter { $0.name == "ratelimit" }.map(\.value).joined(separator: ","))
        guard let binding = limits.min(by: { ($0.remaining, $1.reset) < ($1.remaining, $0.reset) }) else { return nil }
        self = binding
    }

    private init(remaining: Int, reset: Duration) {
        self.remaining = max(0, remaining)
        self.reset = reset
    }

    /// Whether a field of this name has a part in what a response says. Over bytes, as the names of each answer come here.
    static func areIn(_ name: String) -> Bool {
        let length = name.utf8.count
        guard length == 9 || length >= shortestName else { return false }
        var name = name
        return name.withUTF8 { bytes in
            bytes.indices.contains { start in
                spellings.contains { word in
                    bytes.count - start >= word.count
                        && word.indices.allSatisfy { bytes[start + $0] | caseBit == word[$0] }
                }
            }
        }
    }

    private static let spellings = [Array("ratelimit".utf8), Array("rate-limit".utf8)]
    /// What tells small ASCII letters from capital ones; a hyphen has it as well.
    private static let caseBit: UInt8 = 0x20

    /// `RateLimitReset` is the shortest of these names beside `RateLimit` itself.
    private static let shortestName = 14

    /// `X-RateLimit-Remaining` with `X-RateLimit-Reset`, `x-ratelimit-remaining-tokens` with
    /// `x-ratelimit-reset-tokens`, and so on.
    private init?(_ name: String, _ value: String, of values: [String: String], _ now: Timestamp) {
        guard let word = name.firstRange(of: "remaining"), let remaining = Double(value), remaining.magnitude < 1e15
        else { return nil }
        func partner(_ suffix: String) -> String? {
            values["\(name[..<word.lowerBound])\(suffix)\(name[word.upperBound...])"]
        }
        let reset =
            // The only one that needs no clock.
            partner("reset-after").flatMap(Double.init).flatMap(AskedPause.seconds)
            ?? partner("reset").flatMap { AskedPause.any($0, now: now) }
            // HubSpot says how long its window is, and not when it ends.
            ?? partner("interval-milliseconds").flatMap(Double.init).flatMap(AskedPause.milliseconds)
        guard let reset else { return nil }
        self.init(remaining: Int(remaining), reset: reset)
    }

    /// `"default";r=0;t=30`, or as up to the seventh version of the draft: `limit=10, remaining=0, reset=30`.
    private static func draft(_ field: String) -> [RateLimitHeaders] {
        var found: [RateLimitHeaders] = []
        var old: [Substring: Substring] = [:]
        for policy in field.split(separator: ",") {
            var values: [Substring: Substring] = [:]
            for part in policy.split(separator: ";") {
                let pair = part.drop(while: isBlank).split(separator: "=", maxSplits: 1)
                if pair.count == 2 { values[pair[0]] = pair[1].prefix { !isBlank($0) } }
            }
            if let limit = RateLimitHeaders(values["r"], values["t"]) {
                found.append(limit)
            } else {
                old.merge(values) { $1 }
            }
            if let limit = RateLimitHeaders(old["remaining"], old["reset"]) {
                found.append(limit)
                old = [:]
            }
        }
        return found
    }

    private init?(_ remaining: Substring?, _ reset: Substring?) {
        guard let remaining = remaining.flatMap({ Int($0) }),
            let reset = reset.flatMap({ Double($0) }).flatMap(AskedPause.seconds)
        else { return nil }
        self.init(remaining: remaining, reset: reset)
    }

    private static func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
}
