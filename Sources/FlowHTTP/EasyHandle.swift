import CCurl
import FlowCore
import Glibc

/// A libcurl handle, used by one transfer after the other, and what libcurl's callbacks reach their transfer through.
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private let clock: LoopClock
    private let sockets: KeptSockets
    private let userAgent: String
    private(set) var transfer: Transfer? {
        didSet { moving = transfer.map(Unmanaged.passUnretained) }
    }
    /// The transfer once more, for what is called with every line of a header: to count references there would take longer
    /// than to take the line in.
    @exclusivity(unchecked) private var moving: Unmanaged<Transfer>?
    /// What libcurl was told.
    private var setup: RequestSetup?
    private var url: String?
    private var headerList: UnsafeMutablePointer<curl_slist>?

    /// nil where there is no memory for it.
    init?(share: UnsafeMutableRawPointer?, clock: LoopClock, sockets: KeptSockets, userAgent: String) {
        guard let pointer = curl_easy_init() else { return nil }
        self.pointer = pointer
        self.clock = clock
        self.sockets = sockets
        self.userAgent = userAgent
        // Outlives a reset.
        flow_set_pointer(pointer, CURLOPT_SHARE, share)
    }

    deinit {
        curl_easy_cleanup(pointer)
        curl_slist_free_all(headerList)
        errorText.deallocate()
    }

    /// Gives the handle to `transfer`.
    ///
    /// The requests of a run often differ in little but their URL. As telling libcurl all the rest costs more than it
    /// takes to send a small request, it is told only where something is different.
    func prepare(for transfer: Transfer) {
        self.transfer = transfer
        transfer.handle = self
        errorText[0] = 0
        if setup?.serves(transfer) != true {
            let wanted = RequestSetup(transfer)
            curl_easy_reset(pointer)
            curl_slist_free_all(headerList)
            setCallbacks()
            headerList = wanted.apply(to: pointer, userAgent: userAgent)
            setup = wanted
            url = nil
        }
        // Byte by byte: to a server, two spellings of a letter that Swift takes for the same are not.
        let wanted = transfer.exchange.request.url
        if url?.hasSameScalars(as: wanted) != true {
            flow_set_text(pointer, CURLOPT_URL, wanted)
            url = wanted
        }
        transfer.configure(pointer, context: context)
    }

    /// Takes the handle back.
    func release() {
        transfer?.handle = nil
        transfer = nil
    }

    private var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    private func setCallbacks() {
        flow_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText)
        flow_set_pointer(pointer, CURLOPT_PRIVATE, context)
        flow_set_writer(
            pointer,
            { bytes, size, count, context in
                let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
                return EasyHandle.moving(context) { $0.addHeader(line) } ?? false ? size * count : 0
            },
            { bytes, size, count, context in
                let portion = UnsafeRawBufferPointer(start: bytes, count: size * count)
                // Not 0: that is success for a portion of no bytes.
                return EasyHandle.moving(context) { $0.addBody(portion) } ?? false ? size * count : size * count + 1
            }, context)
        flow_set_opener(
            pointer,
            { context, _, address in
                guard let address = address?.pointee, let transfer = EasyHandle.at(context).transfer,
                    transfer.mayOpenConnection()
                else { return CURL_SOCKET_BAD }
                let type = address.socktype | Int32(SOCK_CLOEXEC.rawValue)
                let descriptor = socket(address.family, type, address.protocol)
                if descriptor < 0 { transfer.couldNotOpenSocket() } else { transfer.opened(descriptor) }
                return descriptor
            }, context)
        flow_set_prerequest(
            pointer,
            { context, _, _, _, port in
                let handle = EasyHandle.at(context)
                handle.clock.hasSent = true
                let maySend = EasyHandle.moving(context) {
                    $0.willSend(from: port, handle.sockets, at: handle.clock.now)
                }
                return maySend ?? false ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
            }, context)
    }

    /// The handle a callback is about; the loop keeps it alive while libcurl has it.
    static func at(_ context: UnsafeMutableRawPointer?) -> EasyHandle {
        Unmanaged<EasyHandle>.fromOpaque(context!).takeUnretainedValue()
    }

    /// Calls `body` with the transfer a callback is about, which moves bytes just now.
    ///
    /// - Returns: nil where the handle has no transfer.
    static func moving<Result>(_ context: UnsafeMutableRawPointer?, _ body: (Transfer) -> Result) -> Result? {
        Unmanaged<EasyHandle>.fromOpaque(context!)._withUnsafeGuaranteedRef { handle in
            handle.moving?._withUnsafeGuaranteedRef { transfer in
                transfer.lastActivity = handle.clock.now
                return body(transfer)
            }
        }
    }
}
