package import FlowCore

/// The name of a run: ten characters that sort by time and can be read out and typed, such as `0v3k8xq2m7`.
///
/// Seven characters count 32nds of a second since 2025, three are random. Letters that look alike (i l o u) are left
/// out, as in Crockford's base 32.
package struct RunID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let text: String

    package init(text: String) { self.text = text }

    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    private static let epoch: Int64 = 1_735_689_600_000

    /// - Parameter random: two bytes or more of chance.
    package init(at time: Timestamp, random: [UInt8]) {
        let ticks = UInt64(max(0, time.milliseconds - RunID.epoch)) * 32 / 1000
        let chance = random.prefix(2).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } & 0x7FFF
        let bits = (ticks & 0x7_FFFF_FFFF) << 15 | chance
        text = String(
            decoding: (0..<10).map { RunID.alphabet[Int(bits >> (45 - 5 * UInt64($0)) & 31)] }, as: UTF8.self)
    }

    /// When it was made, to the 32nd of a second; 1970 where the text is no id.
    package var time: Timestamp {
        guard RunID.isID(text) else { return Timestamp(seconds: 0) }
        let bits = text.utf8.reduce(UInt64(0)) { $0 << 5 | UInt64(RunID.alphabet.firstIndex(of: $1) ?? 0) }
        return Timestamp(milliseconds: RunID.epoch + Int64(bits >> 15) * 1000 / 32)
    }

    /// Whether a text has the form of an id.
    static func isID(_ text: String) -> Bool { text.utf8.count == 10 && text.utf8.allSatisfy(alphabet.contains) }

    package var description: String { text }
    package static func < (left: RunID, right: RunID) -> Bool { left.text < right.text }
}
