package import FlowCore
package import FlowSpec

/// Asks again for what is stored only if it has changed: a repeated GET costs an answer of 304 without a body, which
/// services such as GitHub don't count.
///
/// A stored response is never given without asking, however long the service lets it be kept: a workflow wants what is
/// true now. Responses are kept for each credential, so that `private` ones may be; `no-store` is honoured (RFC 9111).
package struct CachingClient: HTTPClient {
    private let transport: any HTTPClient
    private let store: any ResponseStore

    package init(_ transport: any HTTPClient, store: any ResponseStore) {
        self.transport = transport
        self.store = store
    }

    package func send(_ call: HTTPCall) async throws -> HTTPResponse {
        guard CachingClient.mayUse(call) else { return try await transport.send(call) }
        let key = ResponseKey(url: call.request.sentURL, credential: call.credential)
        if let content = await store.content(of: key), let stored = StoredResponse(content: content), stored.fits(call)
        {
            return try await send(call, unless: stored, key)
        }
        return await kept(try await transport.send(call), to: call, key)
    }

    /// Asks for what has changed since `stored` came.
    @inline(never)
    private func send(_ call: HTTPCall, unless stored: StoredResponse, _ key: ResponseKey) async throws -> HTTPResponse
    {
        var asking = call
        stored.addConditions(to: &asking.request.headers)
        asking.asksForChange = true
        let response = try await transport.send(asking)
        // Of another address a 304 says nothing about what is stored.
        if response.status == 304, response.url == call.request.sentURL {
            return stored.response(refreshedBy: response)
        }
        return await kept(response, to: call, key)
    }

    @inline(never)
    private func kept(_ response: HTTPResponse, to call: HTTPCall, _ key: ResponseKey) async -> HTTPResponse {
        if let fresh = StoredResponse(response, to: call) { await store.keep(fresh.content, of: key) }
        return response
    }

    /// Reads into memory that ask for nothing conditional or partial themselves, and say all they ask for in the URL.
    private static func mayUse(_ call: HTTPCall) -> Bool {
        guard call.usesCache, call.effect == .read, call.request.method == "GET", call.request.body == .none,
            case .memory = call.destination
        else { return false }
        return !conditions.contains { call.request.headers[$0] != nil }
    }

    private static let conditions = [
        "Range", "Cache-Control", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range",
    ]
}
