import FlowCore
import FlowSpec

extension Exchange {
    /// Asks for a download as it is stored, so that its length is known and it can go on where an attempt broke off.
    mutating func prepareDownload() {
        guard case .sink(let sink) = call.destination else { return }
        if request.headers["accept-encoding"] == nil { request.headers["Accept-Encoding"] = "identity" }
        guard request.method == "GET", request.headers["range"] == nil, request.headers["if-range"] == nil else {
            return
        }
        request.headers.fields += sink.continuation()
    }

    /// The exchange for the whole file where the server has nothing from the place on that was asked for; else nil.
    func restarted(after response: HTTPResponse) -> Exchange? {
        guard response.status == 416, case .sink(let sink) = call.destination, request.headers["if-range"] != nil,
            call.request.headers["if-range"] == nil
        else { return nil }
        sink.restart()
        var whole = self
        whole.request.headers["range"] = nil
        whole.request.headers["if-range"] = nil
        return whole
    }
}
