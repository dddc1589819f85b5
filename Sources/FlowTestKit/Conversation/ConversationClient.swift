import FlowCore
import FlowSpec
import Synchronization

/// Answers the requests of one conversation in their order; any other request is a complaint.
final class ConversationClient: HTTPClient {
    let files: ConversationFiles
    private let exchanges: [ConversationCase.Exchange]
    private let state = Mutex<(requests: [HTTPRequest], complaints: [String])>(([], []))

    init(_ conversation: ConversationCase) {
        exchanges = conversation.exchanges
        files = ConversationFiles(conversation.files)
    }

    var complaints: [String] { state.withLock { $0.complaints } }
    var requests: [HTTPRequest] { state.withLock { $0.requests } }
    /// How many expected requests did not come.
    var unsent: Int { max(0, exchanges.count - requests.count) }

    /// Repeats as the call's policy allows, without waiting.
    func send(_ call: HTTPCall) async throws -> HTTPResponse {
        var retries = 0
        var mayBeDone = call.mayBeDone
        while true {
            let (answer, refusal) = try answer(call)
            guard let failure = refusal else { return answer ?? HTTPResponse(status: 500) }
            if mayBeDone, var response = answer, call.isDone(by: response) {
                response.meansDone = true
                return response
            }
            guard retries < call.retry.max,
                call.retry.allows(failure, effect: call.effect, hasIdempotencyKey: call.hasIdempotencyKey)
            else { throw failure }
            retries += 1
            mayBeDone = mayBeDone || HTTPCall.isOutcomeUnknown(failure, answer)
        }
    }

    /// One try: what arrived, and why it is no success.
    private func answer(_ call: HTTPCall) throws -> (HTTPResponse?, Failure?) {
        let request = call.request
        let index = state.withLock { state in
            state.requests.append(request)
            return state.requests.count - 1
        }
        guard index < exchanges.count else {
            complain(index, "was not expected: \(request.method) \(request.url)")
            throw Failure(.internal, "the conversation is over")
        }
        compare(request, with: exchanges[index].request, index)
        switch exchanges[index].reply {
        case .failure(let failure): return (nil, failure)
        case .response(let status, let headers, let body):
            var response = HTTPResponse(status: status, headers: headers, body: .bytes(body), url: request.url)
            if let failure = call.classify?(response) { return (response, failure) }
            if case .file(let path, _, _) = call.destination {
                try files.write(body, to: path, mode: 0o644)
                response.body = .file(FileReference(path: path, size: Int64(body.count)))
            }
            return (response, nil)
        }
    }

    private func complain(_ index: Int, _ what: String) {
        state.withLock { $0.complaints.append("request \(index + 1) \(what)") }
    }

    private func compare(_ request: HTTPRequest, with expected: ConversationCase.ExpectedRequest, _ index: Int) {
        if request.method != expected.method {
            complain(index, "has the method \(request.method), not \(expected.method)")
        }
        if request.url != expected.url { complain(index, "goes to \(request.url), not \(expected.url)") }
        for (name, value) in expected.headers where request.headers[name] != value {
            complain(index, "has \(name) \(request.headers[name] ?? "not"), not \(value)")
        }
        for name in expected.without where request.headers[name] != nil { complain(index, "has \(name)") }
        let bytes = flatten(request.body)
        let text = String(decoding: bytes.prefix(1 << 20), as: UTF8.self)
        switch expected.body {
        case .none: if !bytes.isEmpty { complain(index, "has the body \(text)") }
        case .text(let wanted): if text != wanted { complain(index, "has the body \(JSON.quoted(text))") }
        case .piece(let path, let offset, let size):
            let wanted = (files.bytes(path) ?? []).dropFirst(offset).prefix(size)
            if !bytes.elementsEqual(wanted) { complain(index, "has \(bytes.count) bytes that are not that piece") }
        case .json(let wanted):
            if (try? JSON.parse(bytes)) != wanted { complain(index, "has the body \(text), not \(JSON.text(wanted))") }
        case .multipart(let wanted):
            let parts = ExpectedPart.parts(of: text, contentType: request.headers["Content-Type"] ?? "") ?? []
            if parts.count != wanted.count || !zip(wanted, parts).allSatisfy({ $0.matches($1) }) {
                complain(index, "has the body \(JSON.quoted(text))")
            }
        case .form(let wanted):
            let pairs = text.split(separator: "&").map { pair in
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                    PercentEncoding.decode(String($0), plusIsSpace: true)
                }
                return (parts[0], Value.string(parts.count == 2 ? parts[1] : ""))
            }
            if ValueMap(pairs) != wanted { complain(index, "has the form \(text), not \(JSON.text(.map(wanted)))") }
        }
    }

    private func flatten(_ body: HTTPBody) -> [UInt8] {
        switch body {
        case .none: []
        case .bytes(let bytes): bytes
        case .file(let path, let offset, let length):
            Array((files.bytes(path) ?? []).dropFirst(Int(offset)).prefix(length.map { Int($0) } ?? .max))
        case .parts(let parts): parts.flatMap(flatten)
        }
    }
}

/// The files of one conversation, in memory.
final class ConversationFiles: FileSystem {
    private let held: Mutex<[String: [UInt8]]>

    init(_ texts: [String: String]) { held = Mutex(texts.mapValues { Array($0.utf8) }) }

    func bytes(_ path: String) -> [UInt8]? { held.withLock { $0[path] } }
    func text(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self) } }

    func read(_ path: String, limit: Int) throws -> [UInt8] {
        guard let bytes = bytes(path) else { throw Failure(.notFound, "there is no file \(path)") }
        return bytes
    }

    func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws { held.withLock { $0[path] = bytes } }

    func info(_ path: String) throws -> FileInfo? {
        bytes(path).map {
            FileInfo(kind: .file, size: Int64($0.count), modified: Timestamp(seconds: 0), mode: 0o644)
        }
    }

    func createFolder(_ path: String) throws {}
    func append(_ bytes: [UInt8], to path: String) throws { throw unexpected("append") }
    func list(_ path: String) throws -> [String] { throw unexpected("list") }
    func delete(_ path: String, recursive: Bool) throws { throw unexpected("delete") }
    func move(_ path: String, to destination: String) throws { throw unexpected("move") }
    func copy(_ path: String, to destination: String) throws { throw unexpected("copy") }

    private func unexpected(_ what: String) -> Failure { Failure(.internal, "a conversation does not \(what) files") }
}
