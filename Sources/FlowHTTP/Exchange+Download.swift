import FlowCore
import FlowSpec

extension Exchange {
    /// Where the answer goes to a file: the same, asking for it as it is stored, so that its length is known and it can
    /// go on where an attempt broke off.
    func asDownload() -> Exchange {
        guard case .sink(let sink) = call.destination else { return self }
        var request = request
        if request.headers["accept-encoding"] == nil { request.headers["Accept-Encoding"] = "identity" }
        if request.method == "GET", !call.asksForPart, request.headers["range"] == nil,
            request.headers["if-range"] == nil
        {
            request.headers.fields += sink.continuation()
        }
        return Exchange(self, sending: request)
    }

    /// The exchange for the rest where the server sent less than all that was asked for, as it may (RFC 9110, 15.3.7);
    /// else nil.
    func continued(after response: HTTPResponse) -> Exchange? {
        guard case .sink(let sink) = call.destination, case .file = response.body, !sink.isWhole else { return nil }
        var rest = request
        rest.headers["range"] = nil
        rest.headers["if-range"] = nil
        rest.headers.fields += sink.continuation()
        return Exchange(self, sending: rest)
    }

    /// The answer as the caller sees it: how many a file took is no matter of the caller's.
    func answer(_ last: HTTPResponse) -> HTTPResponse {
        guard case .sink(let sink) = call.destination, case .file(let file) = last.body, sink.isContinued else {
            return last
        }
        var whole = last
        whole.status = 200
        whole.headers["content-range"] = nil
        whole.headers["content-length"] = String(file.size)
        // An answer that goes on needs not repeat what the first one said.
        if whole.headers["content-type"] == nil { whole.headers["content-type"] = file.mediaType }
        return whole
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
