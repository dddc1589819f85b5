import FlowCore
import FlowNodeKit
import FlowSpec

/// `http.request`: one request to any address.
struct HTTPRequestNode: Node {
    let spec = NodeSpec(
        "http.request", summary: "Send an HTTP request.",
        details: """
            GET and HEAD count as reads, PUT and DELETE as idempotent, the rest as writes, unless the step states its \
            effect. A credential is sent only to the origins it was made for. The step's idempotency_key is sent as the \
            header Idempotency-Key, for servers that do the work of one key once.
            """,
        effect: .write, parameters: parameters,
        rules: [.single(["json", "form", "multipart", "body", "file"])],
        output:
            "{status, headers, body}: JSON is decoded, text is a string, the rest bytes; with to, body is the file.",
        credentialTypes: ["bearer", "basic", "api_key", "header", "query", "oauth2"], retryOwner: .node,
        givenKeyLifetime: .seconds(24 * 3600),
        example: .init(
            ["url": "https://api.example.com/v1/items", "query": ["page": 1]],
            output: ["status": 200, "headers": ["content-type": "application/json"], "body": ["items": []]]))

    private static let parameters = [
        Parameter("url", .string, required: true, help: "The address.", example: "https://api.example.com/v1/items"),
        Parameter(
            "method", .string, default: "GET", help: "The method.",
            choices: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
        Parameter(
            "query", .map, help: "Query parameters; a list gives one of its name for each item.", takesSecrets: true),
        Parameter(
            "headers", .map, help: "Header fields; a list gives one of its name for each item.",
            example: ["Accept": "text/csv"], takesSecrets: true,
            refusedMembers: HTTPHeaders.ofConnection),
        Parameter("json", .any, help: "The body, sent as JSON.", takesSecrets: true),
        Parameter(
            "form", .map, help: "The body, sent as a form; a list gives a field for each item.", takesSecrets: true),
        Parameter("body", .any, help: "The body as text or bytes.", takesSecrets: true),
        Parameter(
            "multipart", .map,
            help:
                "The body, sent as a form of parts; {file: path} is a file, streamed, and a list a part for each item.",
            example: ["title": "Report", "upload": ["file": "report.pdf", "type": "application/pdf"]],
            takesSecrets: true),
        Parameter("file", .file, help: "The body, streamed from a file."),
        Parameter(
            "as", .string, default: "auto", help: "How the answer is read; auto goes by its content type.",
            choices: ["auto", "json", "text", "bytes"]),
        Parameter("to", .string, help: "Stream the answer to this file.", example: "downloads/data.csv"),
        Parameter(
            "digest", .string, help: "What the file must hash to, as sha256:… or sha512:….",
            example: "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        Parameter(
            "ok", .list(of: .int), help: "The statuses that are success; else all of 200 to 299.", example: [200, 404]),
        Parameter(
            "unix_socket", .string, help: "The Unix socket the server listens on, in place of the URL's host and port.",
            example: "/var/run/docker.sock"),
        Parameter("ca_file", .file, help: "The authorities to trust in place of the system's, as PEM."),
        Parameter(
            "connect_timeout", .duration, default: "10s", help: "How long connecting may take.", shortest: .aboveZero),
        Parameter(
            "stall_timeout", .duration,
            help: "How long no byte may move; else 30s, and while only the answer is waited for the step's timeout.",
            shortest: .aboveZero),
        Parameter(
            "max_bytes", .int, help: "A larger answer is refused; 64 MiB where it does not go to a file.", minimum: 0),
        Parameter("redirects", .int, default: 10, help: "How many redirects are followed.", minimum: 0, maximum: 50),
    ]

    /// By the method (RFC 9110, 9.2).
    var hasOneEffect: Bool { false }

    func effect(of arguments: Arguments) -> Effect {
        switch arguments.string("method") ?? "GET" {
        case "GET", "HEAD", "OPTIONS": .read
        case "PUT", "DELETE": .idempotent
        default: .write
        }
    }

    /// Other types may do by their fields.
    func refusal(of credential: Credential) -> Failure? {
        do throws(Failure) {
            _ = try CredentialSigner(credential, for: nil, isPreview: true)
            return nil
        } catch {
            return error
        }
    }

    func outputType(of arguments: WrittenArguments) -> StaticType {
        let body: StaticType =
            switch arguments.text("as") {
            case "text" where arguments.isMissing("to"): .string
            case "bytes" where arguments.isMissing("to"): .bytes
            default: .dynamic
            }
        return .record([("status", .int), ("headers", .map(of: .string)), ("body", body)])
    }

    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value {
        let request = try RequestBuilder(arguments, in: context).build()
        let reader = AnswerReader(as: arguments.string("as") ?? "auto", of: request)
        let response: HTTPResponse
        do {
            response = try await context.world.http.send(try call(request, arguments, context, reader))
        } catch {
            throw naming(Failure(error), isDownload: arguments["to"] != nil)
        }
        return [
            "status": .int(Int64(response.status)), "headers": .map(response.headers.asMap),
            "body": try reader.value(of: response),
        ]
    }

    private func call(
        _ request: HTTPRequest, _ arguments: Arguments, _ context: NodeContext, _ reader: AnswerReader
    ) throws -> HTTPCall {
        let effect = context.effect
        let isKeyed = request.headers[RequestBuilder.keyHeader].map { !$0.isEmpty } ?? false
        let allowed = arguments.list("ok").map { Set($0.compactMap(\.intValue)) }
        let clock = context.world.clock
        var call = HTTPCall(
            request, effect: effect, retry: context.retry, timeouts: timeouts(arguments, context),
            destination: try destination(arguments, context), hasIdempotencyKey: isKeyed,
            maximumRedirects: arguments.int("redirects") ?? 10,
            route: try route(arguments, context), log: context.log)
        call.credential = context.credential
        call.deadline = context.deadline
        call.usesCache = context.usesCache
        call.pause = context.pause
        call.mayBeDone = context.mayBeDone && effect != .read
        call.renewal = { _ in
            guard let credential = context.credential, let renewed = try await context.renew(credential) else {
                return nil
            }
            var renewedContext = context
            renewedContext.credential = renewed
            return try RequestBuilder(arguments, in: renewedContext).build()
        }
        let isDownload = arguments["to"] != nil
        call.classify = { [call] response in
            if let allowed, allowed.contains(Int64(response.status)) {
                return HTTPRequestNode.defect(of: response, to: call, reader)
            }
            var failure = HTTPStatusTable.failure(
                for: response, effect: effect, hasIdempotencyKey: isKeyed, now: clock.now())
            if failure != nil, let reason = ServiceText.reason(in: response, mask: context.masked) {
                failure?.message += ": \(reason)"
            }
            guard failure == nil else { return failure }
            // A write that was answered so has been carried out all the same.
            if let allowed, !allowed.isEmpty {
                return call.inDoubt(
                    Failure(
                        effect == .read ? .invalid : .protocolError,
                        "the server answered \(HTTPStatusTable.describe(response.status)), which is not in ok",
                        hint: "add \(response.status) to ok", code: String(response.status)))
            }
            // An answer without content has no file in it, and the one that is there stays.
            if isDownload, response.status == 204 || response.status == 205 {
                return call.inDoubt(
                    Failure(
                        .protocolError,
                        "the server answered \(HTTPStatusTable.describe(response.status)), which brings no file",
                        hint: "add \(response.status) to ok to go on without one", code: String(response.status)))
            }
            return HTTPRequestNode.defect(of: response, to: call, reader)
        }
        return call
    }

    /// Why a success can't be read; nil where it can. A write has been carried out all the same.
    private static func defect(of response: HTTPResponse, to call: HTTPCall, _ reader: AnswerReader) -> Failure? {
        do throws(Failure) {
            _ = try reader.value(of: response)
            return nil
        } catch {
            return (400..<500).contains(response.status) ? error : call.inDoubt(error)
        }
    }

    func preview(_ arguments: Arguments, in context: NodeContext) throws -> [Preview] {
        [.request(try RequestBuilder(arguments, in: context).build(isPreview: true))]
    }

    private func timeouts(_ arguments: Arguments, _ context: NodeContext) -> HTTPCall.Timeouts {
        HTTPCall.Timeouts(
            connect: arguments.duration("connect_timeout") ?? .seconds(10), total: context.timeout,
            stall: arguments.duration("stall_timeout"),
            answer: arguments["stall_timeout"] == nil ? context.timeout : nil)
    }

    /// A hint that names the parameter.
    private func naming(_ failure: Failure, isDownload: Bool) -> Failure {
        guard failure.code == "too_large", failure.kind != .uncertain else { return failure }
        var failure = failure
        failure.hint = isDownload ? "raise max_bytes" : "raise max_bytes, or stream the answer to a file with \"to\""
        return failure
    }

    private func route(_ arguments: Arguments, _ context: NodeContext) throws -> HTTPRoute {
        var route = try HTTPRoute(context.credential)
        let isBound = context.credential != nil || context.holdsBoundSecret(arguments.values)
        if let file = arguments.path("ca_file", in: context) {
            // Who chose where the secret may go has to choose whom to take for that place, too.
            guard !isBound || file == route.caFile else {
                throw notBeside(
                    "ca_file", hint: "put it into the credential: flowctl credentials edit NAME --set ca_file")
            }
            route.caFile = file
            route.proxyCAFile = file
        }
        if let socket = arguments.string("unix_socket") {
            guard !isBound else {
                throw notBeside("unix_socket", hint: "use a credential without hosts, by secrets")
            }
            route.unixSocket = context.absolutePath(socket)
        }
        return route
    }

    private func notBeside(_ parameter: String, hint: String) -> Failure {
        Failure(
            .permission,
            "http.request: \"\(parameter)\" can't be given beside the secret of a credential: it would say who gets it",
            hint: hint, nothingSent: true)
    }

    private func destination(_ arguments: Arguments, _ context: NodeContext) throws -> HTTPCall.Destination {
        let limit = arguments.int("max_bytes")
        let digest = arguments.string("digest")
        guard let target = arguments.string("to") else {
            guard digest == nil else {
                throw Failure(
                    .invalid, "http.request: parameter \"digest\" is for a file", hint: "say with \"to\" which one")
            }
            return .memory(limit: limit ?? 64 << 20)
        }
        let expected = digest.flatMap(ContentDigest.init)
        guard digest == nil || expected != nil else {
            throw Failure(
                .invalid, "http.request: parameter \"digest\" is not a digest",
                hint: "write sha256: and 64 hexadecimal digits, or sha512: and 128")
        }
        guard arguments.string("method") != "HEAD" else {
            throw Failure(
                .invalid, "http.request: parameter \"to\" is for a file, which the answer to HEAD doesn't bring",
                hint: "use GET, or leave \"to\" out", nothingSent: true)
        }
        let output = OutputFile(context.absolutePath(target), in: context)
        try output.createFolder()
        return .file(path: output.path, limit: limit.map(Int64.init), digest: expected)
    }
}
