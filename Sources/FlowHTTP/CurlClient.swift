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
        while true {
            let response = try await perform(hop)
            if let next = try hop.redirected(by: response) {
                hop = next
            } else if let again = hop.restarted(after: response) {
                hop = again
            } else if let rest = hop.continued(after: response) {
                hop = rest
            } else {
                var response = hop.answer(response)
                response.isAfterwards = hop.mayBeDone
                return response
            }
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
        let outcome = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in loop.submit(transfer, continuation) }
        } onCancel: {
            loop.cancel(transfer)
        }
        transfer.resumeFollowers()
        let result = Result { () throws(Failure) in
            try outcome.get()
            return try transfer.response()
        }.mapError(exchange.attributed)
        trace?.add(exchange, transfer.times, result)
        return try result.get()
    }
}
