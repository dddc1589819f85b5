/// Replaces what differs from run to run by names in braces.
struct Normalizer {
    /// The case's own folder: `{dir}`.
    var folder: String

    func normal(_ text: String) -> String {
        text.split(separator: folder, omittingEmptySubsequences: false).joined(separator: "{dir}")
            .replacing(Normalizer.timestamp, with: "{time}")
            .replacing(Normalizer.elapsed, with: "{took}")
            .replacing(Normalizer.runID, with: "{run}")
            .replacing(Normalizer.clock, with: "{clock}")
            .replacing(Normalizer.milliseconds, with: #""elapsed_ms":0"#)
            .split(separator: "\n", omittingEmptySubsequences: false).map(Normalizer.aligned).joined(separator: "\n")
    }

    nonisolated(unsafe) private static let timestamp =
        /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?/
    nonisolated(unsafe) private static let elapsed = /\b\d+(\.\d)? (µs|ms|s|min)\b( \d+ s\b)?/
    nonisolated(unsafe) private static let runID = /\b1[0-9a-hjkmnp-tv-z]{9}\b/
    nonisolated(unsafe) private static let clock = /\b\d\d:\d\d:\d\d\b/
    nonisolated(unsafe) private static let milliseconds = /"elapsed_ms":\d+/
    /// Columns are as wide as the times in them: the space between is not compared in lines of lists.
    private static func aligned(_ line: Substring) -> String {
        let isTitle = line.contains("  ") && line.allSatisfy { $0 == " " || $0.isUppercase }
        let isWide = line.contains(" skipped ") && line.contains(gap)
        guard isTitle || isWide || line.contains("{t") || line.contains("{run}") else { return String(line) }
        return String(line).replacing(spaces) { "\($0.output.1)  " }
    }

    nonisolated(unsafe) private static let gap = /\S {12,}\S/
    nonisolated(unsafe) private static let spaces = /(\S) {2,}(?=\S)/
}
