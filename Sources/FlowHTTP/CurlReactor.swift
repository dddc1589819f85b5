import CCurl
import FlowCore
import FlowSpec
import Glibc
import Synchronization

/// What the loop does: starts transfers, lets libcurl move bytes, hands out answers. For one thread at a time.
final class CurlReactor {
    private let multi: UnsafeMutableRawPointer
    private let share: UnsafeMutableRawPointer?
    private let inbox: CurlInbox
    private let userAgent: String
    private let clock = LoopClock()
    private let sockets = KeptSockets()
    private let line: WaitingLine
    /// All handles, and those of them that have no transfer.
    private var handles: [EasyHandle] = []
    private var idleHandles: [EasyHandle] = []
    /// Empty but while they are obeyed; kept for its capacity.
    private var commands: [CurlInbox.Command] = []
    /// The first and the last of the transfers that this turn has ended, whose tasks are to go on.
    private var ended: (first: Transfer, last: Transfer)?
    /// No transfer can have stalled before this.
    private var nextStallCheck: ContinuousClock.Instant?
    /// When the transfer that is on its way began, if it has been alone all the time.
    private var aloneSince: ContinuousClock.Instant?
    /// Whether the last transfer that was alone all the time took less than ``patience``.
    private var answersSoon = false
    private var hasEnded = false
    /// Whether libcurl may have something to do without knowing it.
    ///
    /// Where several requests share a connection, one of them reads what is for the others. libcurl notes by a timer of
    /// no time that these have something to do. But in the end of each turn it takes away the timers that were due when
    /// the latest request of the turn began (version 7.88, and many after it), and with them such notes. What was read
    /// would wait for the next timer, which is seconds away.
    private var mayHaveMissed = false

    /// Descriptors that the rest of the process needs.
    private static let reservedDescriptors = 128
    /// What is kept of the handles, some 16 KiB each, where nothing is on its way.
    private static let restingHandles = 64
    /// How long a thread that runs tasks may wait for an answer: as long as a small piece of work of a task takes, and
    /// some ten times what waking another thread and being woken does.
    private static let patience = Duration.milliseconds(1)

    init(_ multi: UnsafeMutableRawPointer, _ inbox: CurlInbox, _ options: CurlClient.Options) {
        self.multi = multi
        self.inbox = inbox
        userAgent = options.userAgent
        let sockets = max(16, sysconf(Int32(_SC_OPEN_MAX)) - CurlReactor.reservedDescriptors)
        line = WaitingLine(options, sockets: sockets)
        // One resumed TLS session serves all handles.
        share = curl_share_init()
        flow_share_tls_sessions(share)
        flow_multi_set_long(multi, CURLMOPT_MAXCONNECTS, min(sockets, options.requestsInAll))
    }

    /// Does what the inbox asks for until nothing is on its way. What comes then wakes the loop's thread.
    ///
    /// - Returns: whether it has ended for good.
    func drive() -> Bool {
        inbox.settle()
        inbox.isQuiet.store(false, ordering: .relaxed)
        while !obeyCommands() {
            let started = startWaiting()
            if line.active == 0, inbox.mayRest() {
                trimHandles()
                inbox.isQuiet.store(answersSoon, ordering: .relaxed)
                return false
            }
            // libcurl looks at all transfers whenever it may move bytes, so what was just started waits for what has
            // arrived meanwhile, unless there is nothing else; the poll returns at once then.
            if started < line.active, inbox.mayRest(), rest(mayHaveMissed ? 1 : pollTimeout) { inbox.settle() }
            turn()
            mayHaveMissed = line.encrypted > 0 && (started > 0 || clock.hasSent)
        }
        end()
        return true
    }

    /// Starts `transfer` and moves its bytes as long as that is for this thread to do, which runs tasks: while it is alone
    /// and its answer can come soon. The loop's thread does the rest.
    ///
    /// - Returns: whether it was started.
    func drive(alone transfer: Transfer) -> Bool {
        guard answersSoon, line.active == 0, !hasEnded else { return false }
        obey(.start(transfer))
        _ = startWaiting()
        let start = aloneSince ?? clock.now
        var isWanted = false
        turn()
        while line.active > 0, !isWanted, clock.now - start < CurlReactor.patience {
            isWanted = !inbox.mayRest() || rest(1)
            turn()
        }
        if line.active > 0 { answersSoon = false }
        if line.active > 0 || line.isWaitedIn || !inbox.mayRest() { inbox.wake() }
        return true
    }

    private func turn() {
        clock.tick()
        var running: Int32 = 0
        curl_multi_perform(multi, &running)
        takeFinished()
        endStalled()
        resumeTasks()
    }

    /// - Returns: whether to end.
    private func obeyCommands() -> Bool {
        let isClosing = inbox.take(&commands)
        for command in commands { obey(command) }
        commands.removeAll(keepingCapacity: true)
        // Those that were cancelled.
        resumeTasks()
        return isClosing
    }

    /// Waits for sockets, for at most `limit` milliseconds.
    ///
    /// - Returns: whether the loop's thread is wanted.
    private func rest(_ limit: Int32) -> Bool {
        var wake = curl_waitfd(fd: inbox.wakeDescriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        curl_multi_poll(multi, &wake, 1, limit, nil)
        return wake.revents != 0
    }

    private func trimHandles() {
        guard handles.count > CurlReactor.restingHandles else { return }
        idleHandles.removeLast(idleHandles.count - CurlReactor.restingHandles)
        handles = idleHandles
    }

    private func obey(_ command: CurlInbox.Command) {
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
        endExpired()
        var count = 0
        let wasIdle = line.active == 0
        // The clock stands while the loop rests.
        var now: ContinuousClock.Instant?
        while let transfer = line.next() {
            guard let handle = idleHandles.popLast() ?? newHandle() else {
                line.ended(transfer)
                transfer.finish(.failure(Failure(.internal, "no memory for a request", nothingSent: true)))
                continue
            }
            handle.prepare(for: transfer)
            let begin = now ?? .now
            now = begin
            transfer.begins(at: begin)
            curl_multi_add_handle(multi, handle.pointer)
            let check = transfer.nextLook(after: begin)
            nextStallCheck = nextStallCheck.map { min($0, check) } ?? check
            count += 1
        }
        if count > 0 { aloneSince = wasIdle && count == 1 ? now : nil }
        return count
    }

    /// Ends those whose time has passed in line: sent now, they would only be cut off.
    private func endExpired() {
        guard let expiry = line.nextExpiry, expiry <= .now else { return }
        for transfer in line.expired(at: .now) {
            transfer.end(transfer.ended(transfer.ranOutOfTime))
            addEnded(transfer)
        }
        resumeTasks()
    }

    private func newHandle() -> EasyHandle? {
        guard let handle = EasyHandle(share: share, clock: clock, sockets: sockets, userAgent: userAgent) else {
            return nil
        }
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
            if transfer.isToWaitAgain {
                startAgain(transfer)
            } else if transfer.foundNoSocket {
                endOrWait(transfer)
            } else {
                end(transfer, transfer.outcome(code))
            }
        }
    }

    private func endStalled() {
        let now = clock.now
        guard let check = nextStallCheck, check <= now else { return }
        nextStallCheck = nil
        for transfer in handles.compactMap(\.transfer) {
            if transfer.latest <= now {
                end(transfer, transfer.ended(transfer.stalled))
            } else {
                let check = transfer.nextLook(after: now)
                nextStallCheck = nextStallCheck.map { min($0, check) } ?? check
            }
        }
    }

    private var pollTimeout: Int32 {
        // Should anything else be missed, it is not for long.
        let longest: Int32 = line.encrypted > 0 ? 100 : 60_000
        var pause = longest
        if let nextStallCheck { pause = min(pause, milliseconds(until: nextStallCheck)) }
        if let expiry = line.nextExpiry { pause = min(pause, milliseconds(until: expiry)) }
        return pause
    }

    private func milliseconds(until time: ContinuousClock.Instant) -> Int32 {
        Int32(clamping: max(1, (time - clock.now).inMilliseconds + 1))
    }

    /// Has a transfer look for another connection.
    private func startAgain(_ transfer: Transfer) {
        takeBack(transfer)
        transfer.waitsAgain()
        line.putBack(transfer)
    }

    /// Has a transfer that got no socket wait for one of the others', if it has not been written before.
    private func endOrWait(_ transfer: Transfer) {
        guard transfer.timesSent == 0, line.active > 1 else {
            return end(transfer, transfer.ended(transfer.hadNoSocket))
        }
        startAgain(transfer)
        line.lowerBound()
    }

    private func takeBack(_ transfer: Transfer) {
        transfer.tell(sockets)
        if let handle = transfer.handle {
            curl_multi_remove_handle(multi, handle.pointer)
            handle.release()
            idleHandles.append(handle)
        }
        line.ended(transfer)
    }

    private func end(_ transfer: Transfer, _ outcome: Transfer.Outcome) {
        takeBack(transfer)
        if line.active == 0, let aloneSince { answersSoon = clock.now - aloneSince < CurlReactor.patience }
        transfer.end(outcome)
        addEnded(transfer)
    }

    private func addEnded(_ transfer: Transfer) {
        guard let (first, last) = ended else {
            ended = (transfer, transfer)
            return
        }
        last.follower = transfer
        ended = (first, transfer)
    }

    /// Has the tasks go on whose transfers have ended: the first one, which then sees to the others. To wake one thread is
    /// all that this one should spend its time on.
    private func resumeTasks() {
        guard let (first, _) = ended else { return }
        ended = nil
        first.resume()
    }

    /// Ends everything; the multi handle is gone after it.
    func end() {
        hasEnded = true
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
        for command in inbox.end() {
            switch command {
            case .start(let transfer): transfer.finish(.failure(CurlLoop.closed))
            case .cancel: break
            }
        }
    }

    private static let cancelled = Failure(.cancelled, "cancelled")
}

/// What the handles share of the loop's current turn.
final class LoopClock {
    /// When it began: exact enough for bounds of seconds, and asked for with every line of a header.
    @exclusivity(unchecked) private(set) var now = ContinuousClock.now
    /// Whether a request has been written in it.
    @exclusivity(unchecked) var hasSent = false

    func tick() {
        now = .now
        hasSent = false
    }
}
