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
    private var line: WaitingLine
    private var active: [ObjectIdentifier: Transfer] = [:]
    private var idleHandles: [EasyHandle] = []
    /// No transfer can have stalled before this.
    private var nextStallCheck: ContinuousClock.Instant?

    /// Descriptors that the rest of the process needs.
    private static let reservedDescriptors = 128
    private static let maximumIdleHandles = 256

    init(_ multi: CurlLoop.Multi, _ loop: CurlLoop, _ options: CurlClient.Options) {
        self.multi = multi.pointer
        self.loop = loop
        let sockets = max(16, sysconf(Int32(_SC_OPEN_MAX)) - CurlReactor.reservedDescriptors)
        line = WaitingLine(options, sockets: sockets)
        // One resumed TLS session serves all handles.
        share = curl_share_init()
        flow_share_tls_sessions(share)
        flow_multi_set_long(multi.pointer, CURLMOPT_MAXCONNECTS, min(sockets, options.requestsInAll))
    }

    func run() {
        while true {
            let (commands, isClosing) = loop.takeCommands()
            for command in commands { obey(command) }
            if isClosing { break }
            startWaiting()
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            if takeFinished() { continue }
            endStalled()
            if loop.mayRest() { curl_multi_poll(multi, nil, 0, pollTimeout, nil) }
        }
        end()
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

    private func startWaiting() {
        while let transfer = line.next() {
            guard let handle = idleHandles.popLast() ?? EasyHandle(share: share) else {
                line.ended(transfer)
                transfer.finish(.failure(Failure(.internal, "no memory for a request", nothingSent: true)))
                continue
            }
            transfer.configure(handle)
            transfer.stage = .active
            active[ObjectIdentifier(transfer)] = transfer
            curl_multi_add_handle(multi, handle.pointer)
            let check = ContinuousClock.now + transfer.exchange.call.timeouts.stall
            nextStallCheck = nextStallCheck.map { min($0, check) } ?? check
        }
    }

    /// - Returns: whether others may start now.
    private func takeFinished() -> Bool {
        var anyFinished = false
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            // Read before the handle is removed: that invalidates the message.
            let code = message.pointee.data.result
            let transfer = Transfer.at(flow_info_private(easy))
            end(transfer, transfer.answer(code))
            anyFinished = true
        }
        return anyFinished
    }

    private func endStalled() {
        guard let check = nextStallCheck, check <= .now else { return }
        let now = ContinuousClock.now
        nextStallCheck = nil
        for transfer in active.values {
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
        return Int32(clamping: max(1, (nextStallCheck - .now).inMilliseconds + 1))
    }

    private func end(_ transfer: Transfer, _ answer: Transfer.Answer) {
        if let handle = transfer.handle {
            curl_multi_remove_handle(multi, handle.pointer)
            handle.reset()
            if idleHandles.count < CurlReactor.maximumIdleHandles { idleHandles.append(handle) }
        }
        transfer.handle = nil
        active[ObjectIdentifier(transfer)] = nil
        line.ended(transfer)
        transfer.finish(answer)
    }

    /// Ends everything; the multi handle is gone after it.
    private func end() {
        for transfer in Array(active.values) { end(transfer, transfer.ended(CurlLoop.closed)) }
        while let transfer = line.next() {
            line.ended(transfer)
            transfer.finish(.failure(CurlLoop.closed))
        }
        idleHandles = []
        loop.detach()
        curl_multi_cleanup(multi)
        curl_share_cleanup(share)
    }

    private static let cancelled = Failure(.cancelled, "cancelled")
}
