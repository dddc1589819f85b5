import FlowCore
import FlowSpec

extension Exchange {
    /// Where the answer goes to a file: the same, asking for it as it is stored, so that its length is known and it can
    /// go on where an attempt broke off.
    func asDownload() -> Exchange {
        guard case .sink(let sink) = call.destination else { return self }
        var request = request
        if request.headers["accept-encoding"] == nil { request.headers["Accept-Encoding"] = "identity" }
        if request.method == "GET", request.headers["range"] == nil, request.headers["if-range"] == nil {
            request.headers.fields += sink.continuation()
        }
        return Exchange(self, sending: request)
    }

    /// The exchange for the whole file where the server has nothing from the place on that was asked for; else nil.
    func restarted(after response: HTTPResponse) -> Exchange? {
        guard response.status == 416, case .sink(let sink) = call.destination, request.headers["if-range"] != nil,
            call.request.headers["if-range"] == nil
        else { return nil }
        sink.restart()
        var whole = request
        whole.headers["range"] = nil
        whole.headers["if-range"] = nil
        return Exchange(self, sending: whole)
    }
}
