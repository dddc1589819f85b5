/// Replaces what differs from run to run by names in braces.
struct Normalizer {
    /// The case's own folder: `{dir}`.
    var folder: String

    func normal(_ text: String) -> String {
        text.split(separator: folder, omittingEmptySubsequences: false).joined(separator: "{dir}")
            .replacing(Normalizer.timestamp, with: "{time}")
            .replacing(Normalizer.elapsed, with: "{took}")
            .replacing(Normalizer.runID, with: "{run}")
    }

    nonisolated(unsafe) private static let timestamp =
        /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?/
    nonisolated(unsafe) private static let elapsed = /\b\d+(\.\d)? (µs|ms|s|min)\b/
    nonisolated(unsafe) private static let runID = /\b\d{8}-\d{6}-[0-9a-z]{4,8}\b/
}
