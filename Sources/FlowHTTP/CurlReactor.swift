import CCurl
import FlowCore
import FlowSpec
import Glibc
import Synchronization

/// What the loop's thread does: starts transfers, lets libcurl move bytes, hands out answers. Never leaves its thread.
final class CurlReactor {
    private let multi: UnsafeMutableRawPointer
    private let share: UnsafeMutableRawPointer?
    private let loop: CurlLoop
    private let userAgent: String
    private let clock = LoopClock()
    private var line: WaitingLine
    /// All handles, and those of them that have no transfer.
    private var handles: [EasyHandle] = []
    private var idleHandles: [EasyHandle] = []
    /// Empty but while they are obeyed; kept for its capacity.
    private var commands: [CurlLoop.Command] = []
    /// The tasks whose transfers this turn has ended. They go on all together: one by one each would wake a thread that
    /// has nothing more to do after it.
    private var ended: [(task: UnsafeContinuation<Transfer.Outcome, Never>, outcome: Transfer.Outcome)] = []
    /// No transfer can have stalled before this.
    private var nextStallCheck: ContinuousClock.Instant?

    /// Descriptors that the rest of the process needs.
    private static let reservedDescriptors = 128
    /// What is kept of the handles, some 16 KiB each, where nothing is on its way.
    private static let restingHandles = 64

    init(_ multi: CurlLoop.Multi, _ loop: CurlLoop, _ options: CurlClient.Options) {
        self.multi = multi.pointer
        self.loop = loop
        userAgent = options.userAgent
        let sockets = max(16, sysconf(Int32(_SC_OPEN_MAX)) - CurlReactor.reservedDescriptors)
        line = WaitingLine(options, sockets: sockets)
        // One resumed TLS session serves all handles.
        share = curl_share_init()
        flow_share_tls_sessions(share)
        flow_multi_set_long(multi.pointer, CURLMOPT_MAXCONNECTS, min(sockets, options.requestsInAll))
    }

    func run() {
        while !obeyCommands() {
            let started = startWaiting()
            // libcurl looks at all transfers whenever it may move bytes, so what was just started waits for what has
            // arrived meanwhile, unless there is nothing else; the poll returns at once then.
            if started < line.active || line.active == 0, loop.mayRest() { rest() }
            clock.tick()
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            takeFinished()
            endStalled()
            resumeTasks()
        }
        end()
    }

    /// - Returns: whether to end.
    private func obeyCommands() -> Bool {
        let isClosing = loop.take(&commands)
        for command in commands { obey(command) }
        commands.removeAll(keepingCapacity: true)
        return isClosing
    }

    private func rest() {
        if line.active == 0, handles.count > CurlReactor.restingHandles {
            idleHandles.removeLast(idleHandles.count - CurlReactor.restingHandles)
            handles = idleHandles
        }
        var wake = curl_waitfd(fd: loop.wakeDescriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        curl_multi_poll(multi, &wake, 1, pollTimeout, nil)
        if wake.revents != 0 {
            var count: UInt64 = 0
            _ = read(loop.wakeDescriptor, &count, MemoryLayout<UInt64>.size)
        }
    }

    private func obey(_ command: CurlLoop.Command) {
        switch command {
        case .start(let transfer):
            if transfer.isCancelled.load(ordering: .acquiring) {
                transfer.finish(transfer.ended(CurlReactor.cancelled))
            } else {
                transfer.stage = .waiting
                line.add(transfer)
            }
        case .cancel(let transfer):
            switch transfer.stage {
            // Its start is still to come and will see the mark.
            case .new, .done: break
            case .waiting: transfer.finish(transfer.ended(CurlReactor.cancelled))
            case .active: end(transfer, transfer.ended(CurlReactor.cancelled))
            }
        }
    }

    /// - Returns: how many were started.
    private func startWaiting() -> Int {
        var count = 0
        while let transfer = line.next() {
            guard let handle = idleHandles.popLast() ?? newHandle() else {
                line.ended(transfer)
                transfer.finish(.failure(Failure(.internal, "no memory for a request", nothingSent: true)))
                continue
            }
            handle.prepare(for: transfer)
            transfer.stage = .active
            curl_multi_add_handle(multi, handle.pointer)
            let check = clock.now + transfer.exchange.call.timeouts.stall
            nextStallCheck = nextStallCheck.map { min($0, check) } ?? check
            count += 1
        }
        return count
    }

    private func newHandle() -> EasyHandle? {
        guard let handle = EasyHandle(share: share, clock: clock, userAgent: userAgent) else { return nil }
        handles.append(handle)
        return handle
    }

    private func takeFinished() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            // Read before the handle is removed: that invalidates the message.
            let code = message.pointee.data.result
            guard let transfer = EasyHandle.at(flow_info_private(easy)).transfer else { continue }
            end(transfer, transfer.outcome(code))
        }
    }

    private func endStalled() {
        let now = clock.now
        guard let check = nextStallCheck, check <= now else { return }
        nextStallCheck = nil
        for transfer in handles.compactMap(\.transfer) {
            let limit = transfer.exchange.call.timeouts.stall
            let end = (transfer.lastActivity ?? now) + limit
            if end <= now {
                let failure = TransferError.timeout(transfer.exchange, "nothing came", within: limit)
                self.end(transfer, transfer.ended(failure))
            } else {
                nextStallCheck = nextStallCheck.map { min($0, end) } ?? end
            }
        }
    }

    private var pollTimeout: Int32 {
        guard let nextStallCheck else { return 60_000 }
        return Int32(clamping: max(1, (nextStallCheck - clock.now).inMilliseconds + 1))
    }

    private func end(_ transfer: Transfer, _ outcome: Transfer.Outcome) {
        if let handle = transfer.handle {
            curl_multi_remove_handle(multi, handle.pointer)
            handle.release()
            idleHandles.append(handle)
        }
        line.ended(transfer)
        // Only what is to be told is kept: the transfer is to die with its task, on the task's thread.
        if let task = transfer.end(outcome) { ended.append((task, outcome)) }
    }

    private func resumeTasks() {
        for (task, outcome) in ended { task.resume(returning: outcome) }
        ended.removeAll(keepingCapacity: true)
    }

    /// Ends everything; the multi handle is gone after it.
    private func end() {
        for transfer in handles.compactMap(\.transfer) { end(transfer, transfer.ended(CurlLoop.closed)) }
        resumeTasks()
        while let transfer = line.next() {
            line.ended(transfer)
            transfer.finish(.failure(CurlLoop.closed))
        }
        idleHandles = []
        handles = []
        curl_multi_cleanup(multi)
        curl_share_cleanup(share)
        for command in loop.end() {
            switch command {
            case .start(let transfer): transfer.finish(.failure(CurlLoop.closed))
            case .cancel: break
            }
        }
    }

    private static let cancelled = Failure(.cancelled, "cancelled")
}

/// The time as of the loop's last turn: exact enough for bounds of seconds, and asked for with every line of a header.
final class LoopClock {
    @exclusivity(unchecked) private(set) var now = ContinuousClock.now

    func tick() { now = .now }
}
