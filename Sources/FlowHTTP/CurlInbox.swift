import CCurl
import FlowCore
import Glibc
import Synchronization

/// What tasks want of the loop, and how they wake whoever waits for sockets.
final class CurlInbox: Sendable {
    enum Command {
        case start(Transfer)
        case cancel(Transfer)
    }

    private struct State {
        var commands: [Command] = []
        var isClosing = false
        /// Whether whoever looks here waits for sockets, and has to be woken.
        var isResting = false
        /// Whether nobody looks here any more.
        var hasEnded = false
    }

    private let state = Mutex(State())
    /// Whether a request that comes now may well be driven by who asks. To try the lock for that costs a system call
    /// where it is held.
    let isQuiet = Atomic<Bool>(false)
    /// Readable while the loop's thread is to wake.
    let wakeDescriptor: Int32

    /// - Throws: a `Failure` of kind `internal` where the system has no descriptor for it.
    init() throws(Failure) {
        wakeDescriptor = flow_wake_descriptor()
        guard wakeDescriptor >= 0 else {
            throw Failure(.internal, "no descriptor for HTTP requests (\(systemText(errno)))", nothingSent: true)
        }
    }

    deinit { Glibc.close(wakeDescriptor) }

    // MARK: For tasks

    /// - Returns: whether the loop will see it.
    func post(_ command: Command) -> Bool {
        let (isTaken, wakes) = state.withLock { state in
            guard !state.hasEnded else { return (false, false) }
            state.commands.append(command)
            defer { state.isResting = false }
            return (true, state.isResting)
        }
        // Not under the lock: who is woken takes it at once.
        if wakes { wake() }
        return isTaken
    }

    func close() {
        let wakes = state.withLock { state in
            state.isClosing = true
            defer { state.isResting = false }
            return state.isResting
        }
        if wakes { wake() }
    }

    // MARK: For whoever drives the loop

    /// Puts what has come since the last time into `commands`, which must be empty.
    ///
    /// - Returns: whether to end after it.
    func take(_ commands: inout [Command]) -> Bool {
        state.withLock { state in
            state.isResting = false
            swap(&state.commands, &commands)
            return state.isClosing
        }
    }

    /// Whether nothing has come, so that one may wait. What comes from now on makes the descriptor readable.
    func mayRest() -> Bool {
        state.withLock { state in
            state.isResting = state.commands.isEmpty && !state.isClosing
            return state.isResting
        }
    }

    /// From here on nobody looks into the inbox; gives what has come at the last moment.
    func end() -> [Command] {
        state.withLock { state in
            state.hasEnded = true
            return state.commands
        }
    }

    /// Has the loop's thread look.
    func wake() {
        var one: UInt64 = 1
        _ = write(wakeDescriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Waits until somebody has called ``wake()``.
    func waitForWake() {
        var wanted = pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0)
        while poll(&wanted, 1, -1) < 1 {}
    }

    /// Has the descriptor wait for the next ``wake()``.
    func settle() {
        var count: UInt64 = 0
        _ = read(wakeDescriptor, &count, MemoryLayout<UInt64>.size)
    }
}
