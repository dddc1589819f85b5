import FlowCore
import FlowStore

extension RunStatus {
    /// How the word looks in lists.
    var style: Style {
        switch self {
        case .succeeded: .green
        case .running, .queued: .blue
        case .skipped: .dim
        case .cancelled, .interrupted, .uncertain: .yellow
        case .failed, .timedOut: .red
        }
    }

    /// One column wide, for lines of progress.
    var symbol: String {
        switch self {
        case .succeeded: "✓"
        case .running, .queued: "•"
        case .skipped: "-"
        case .cancelled, .interrupted: "○"
        case .uncertain: "?"
        case .failed, .timedOut: "✗"
        }
    }

    /// With a space where the name has an underscore.
    var words: String { rawValue.split(separator: "_").joined(separator: " ") }

    /// `running, succeeded, …` for help and hints.
    static let names = RunStatus.allCases.map(\.rawValue)

    /// - Throws: an `Exit` of status `usage` where no run can stand so.
    init(option text: String) throws {
        guard let known = RunStatus(rawValue: text) else {
            throw Exit.usage(
                "no run can be \"\(text)\"",
                hint: Suggestion.didYouMean(text, among: RunStatus.names)
                    ?? "use one of \(RunStatus.names.joined(separator: ", "))")
        }
        self = known
    }
}
