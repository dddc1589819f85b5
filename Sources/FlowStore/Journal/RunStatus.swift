/// How a run, a step, an attempt or an item stands.
package enum RunStatus: String, Sendable, Hashable, CaseIterable {
    /// Of a run: waits for its place in a group of runs.
    case queued
    case running
    case succeeded
    case failed
    /// A run is where its group had no place for it.
    case skipped
    case cancelled
    case timedOut = "timed_out"
    /// A write that may or may not have happened; the user decides what comes of it.
    case uncertain
    /// Was running when its process died.
    case interrupted

    /// Whether later steps stop and `on_failure` runs.
    package var isFailure: Bool { self == .failed || self == .timedOut || self == .uncertain }

    /// Whether a run that stands so is held by a process.
    package var isLeased: Bool { self == .running || self == .queued }
}
