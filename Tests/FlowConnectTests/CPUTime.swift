import Glibc

/// How many times as long `work` takes for `factor` times as much, by the time that this thread computes, which hangs
/// neither on the machine's speed nor on what else it does. Near `factor` where the work is linear, far above it where it
/// is not.
func growth(from size: Int, by factor: Int, _ work: (_ size: Int) throws -> Void) rethrows -> Double {
    func time(_ size: Int) throws -> Double {
        let begin = threadTime()
        try work(size)
        return threadTime() - begin
    }
    let small = try min(time(size), time(size), time(size))
    return try time(size * factor) / max(small, 1e-6)
}

private func threadTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
