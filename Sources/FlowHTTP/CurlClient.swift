import CCurl
package import FlowCore
package import FlowSpec
import Synchronization

/// Sends requests with libcurl: the transport under every decorator.
///
/// All requests share one thread and its connections, which exist from the first request on. A call is sent once for
/// each hop of its redirects; `retry` and `classify` are for ``RetryingClient``. Safe to use from any task.
package final class CurlClient: HTTPClient {
    private let options: Options
    private let trace: ExchangeTrace?
    private let loop = Mutex<CurlLoop?>(nil)

    package init(_ options: Options = Options(), trace: ExchangeTrace? = nil) {
        self.options = options
        self.trace = trace
    }

    deinit { close() }

    /// Has libcurl loaded by a thread of its own, for a request that is sure to come: it takes some milliseconds, in
    /// which others can do their work.
    package static func loadAhead() { try? OwnThread.start { _ = flow_curl_problem() } }

    /// Ends what is on its way with a failure of kind `cancelled` and closes all connections. A request sent later
    /// opens new ones.
    package func close() {
        let loop = loop.withLock { current in
            defer { current = nil }
            return current
        }
        loop?.close()
    }

    package func send(_ call: HTTPCall) async throws -> HTTPResponse {
        if case .file = call.destination { return try await DownloadClient(self).send(call) }
        var hop = try Exchange(call).asDownload()
        var wasSentAgain = false
        while true {
            var response = try await perform(hop)
            wasSentAgain = wasSentAgain || response.wasSentAgain
            guard let next = try hop.next(after: response) else {
                hop.finish(&response)
                response.wasSentAgain = wasSentAgain
                return response
            }
            hop = next
        }
    }

    private func startedLoop() throws(Failure) -> CurlLoop {
        try loop.withLock { current throws(Failure) in
            if let current { return current }
            let started = try CurlLoop(options)
            current = started
            return started
        }
    }

    private func perform(_ exchange: Exchange) async throws(Failure) -> HTTPResponse {
        let loop = try startedLoop()
        let transfer = Transfer(
            exchange, body: try RequestBody(exchange.request.body), options: options, isTraced: trace != nil)
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in loop.submit(transfer, continuation) }
        } onCancel: {
            loop.cancel(transfer)
        }
        return try response(of: transfer)
    }

    /// Apart from what awaits it, so that what waits needs no room for it.
    @inline(never)
    private func response(of transfer: Transfer) throws(Failure) -> HTTPResponse {
        transfer.resumeFollowers()
        let exchange = transfer.exchange
        let result = Result { () throws(Failure) in try transfer.response() }.mapError(exchange.attributed)
        trace?.add(exchange, transfer.times, result)
        return try result.get()
    }
}
