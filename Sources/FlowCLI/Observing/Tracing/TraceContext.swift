/// The trace that a run belongs to: that of the program which started it, where `TRACEPARENT` names one (W3C Trace
/// Context), such as a CI job.
struct TraceContext: Sendable, Hashable {
    /// 32 hexadecimal digits.
    var trace: String
    /// The span that the run is a part of.
    var parent: SpanID

    /// nil where the environment has none that can be read; a broken header starts a new trace, as the standard says.
    init?(environment: [String: String]) {
        guard let header = environment["TRACEPARENT"] else { return nil }
        let fields = header.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard fields.count >= 4, fields[0] != "ff", TraceContext.isHex(fields[0], 2), TraceContext.isHex(fields[1], 32),
            TraceContext.isHex(fields[2], 16), fields[1].contains(where: { $0 != "0" }),
            fields[2].contains(where: { $0 != "0" })
        else { return nil }
        trace = fields[1]
        parent = SpanID(text: fields[2])
    }

    private static func isHex(_ text: String, _ count: Int) -> Bool {
        text.utf8.count == count && text.utf8.allSatisfy { 48...57 ~= $0 || 97...102 ~= $0 }
    }
}
