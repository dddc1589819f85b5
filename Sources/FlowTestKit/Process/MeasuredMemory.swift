import Glibc

/// How much memory this process has: only worth a look where no other tests run in it at the same time.
package enum MeasuredMemory {
    /// Whether whoever started the tests says that those that look at memory run alone (`make soak`).
    package static let isAlone = getenv("TESTS_MEASURE_MEMORY") != nil

    /// Whether it grew by less than a bound; true where it can't be told.
    package static func grew(from before: Int, to now: Int, byLessThan bound: Int) -> Bool {
        !isAlone || now - before < bound
    }
}
