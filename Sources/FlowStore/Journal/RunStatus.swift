/// How a run, a step, an attempt or an item stands.
package enum RunStatus: String, Sendable, Hashable, CaseIterable {
    case running
    case succeeded
    case failed
    /// Never for a run.
    case skipped
    case cancelled
    case timedOut = "timed_out"
    /// A write that may or may not have happened; the user decides what comes of it.
    case uncertain
    /// Was running when its process died.
    case interrupted

    /// Whether later steps stop and `on_failure` runs.
    package var isFailure: Bool { self == .failed || self == .timedOut || self == .uncertain }
}
