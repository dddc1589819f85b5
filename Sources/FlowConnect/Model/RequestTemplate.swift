import FlowCore
import FlowExpression
import FlowSpec

/// A request with places left open, as a connector file states it.
struct RequestTemplate: Sendable {
    /// What stands after the method.
    enum Target: Sendable {
        /// Added to the base.
        case path([Segment])
        /// A whole address, often one that an earlier response gave.
        case address(Template)
    }

    enum Segment: Sendable, Hashable {
        case text(String)
        /// `{name}`, or with `keepsSlashes` `{+name}`.
        case parameter(String, keepsSlashes: Bool)
        /// `{credential}` or `{+credential}`, which the signer fills.
        case credential(keepsSlashes: Bool)
    }

    enum Body: Sendable {
        case none
        case json(ValueTemplate)
        case form([(name: String, value: ValueTemplate)])
        /// `multipart/form-data` (RFC 7578).
        case multipart([PartTemplate])
        /// `multipart/related` (RFC 2387), whose parts have no names.
        case related([PartTemplate])
        /// A query in a JSON object beside its variables (GraphQL over HTTP).
        case graphQL(query: String, variables: ValueTemplate?)
        /// A map of the one element of the document.
        case xml(ValueTemplate)
        /// A file, bytes or text as they are.
        case raw(ValueTemplate)
    }

    /// How a response is judged.
    enum Judgement: Sendable {
        /// By the connector's rules, then by status.
        case connector
        case status
        indirect case rules(ErrorRules)
    }

    /// A key that makes a repeated write safe.
    struct Idempotency: Sendable {
        var header: String
        /// How long the other side remembers it.
        var validFor: Duration?
        /// The status of an answer to a key that was used already.
        var replayStatus: Int?

        /// Where the file doesn't say how long a key is remembered, a day: no service that documents it is content with less.
        var lifetime: Duration { validFor ?? .seconds(86_400) }
    }

    /// Upper case.
    var method: String
    var target: Target
    /// One of the connector's hosts, to which the path is added in place of the base.
    var host: String?
    var span: SourceSpan
    /// Values of names in the path that are no parameters.
    var pathValues: [(name: String, value: ValueTemplate)] = []
    var query: [(name: String, value: ValueTemplate)] = []
    var headers: [(name: String, value: HeaderTemplate)] = []
    /// A map of further ones, whose names aren't known before.
    var furtherHeaders: Template?
    var body = Body.none
    /// Parameters that go where the method or their own `in` says.
    var placed: [OperationParameter] = []
    var sendsCredential = true
    var judgement = Judgement.connector
    /// Statuses that are success beyond 2xx.
    var accepted: Set<Int> = []
    /// What else of a response makes it a success.
    var acceptedWhen: [Expression] = []
    /// How the service refuses what has been done already.
    var doneSigns: [ErrorRules.Sign] = []
    /// Members of the response that are as good as a credential: `headers.location`, `body.upload_url`.
    var secretParts: [[String]] = []
    var decoding: Decoding?
    var idempotency: Idempotency?
    var presign: Presign?
    /// Whether the digest of the body goes with it as `Content-MD5` (RFC 1864).
    var sendsDigest = false
    /// Where the response's body is kept as a file; nil keeps it in memory.
    var save: Template?
    /// What a file is called that gets its name here; nil takes the last part of the address.
    var saveName: Template?
    /// Whether a part of the file is asked for, otherwise than by `Range`.
    var asksForPart: Expression?
    /// nil takes the operation's.
    var effect: Effect?
    /// How many seconds may pass until the answer begins, where the step has no timeout of its own.
    var answerWithin: ValueTemplate?
    /// What that may be.
    static let answerSeconds: ClosedRange<Int64> = 1...86_400

    var isRead: Bool { HTTPMethod.reads.contains(method) }

    /// Whether parameters without a place of their own go to the query.
    var sendsQuery: Bool { !HTTPMethod.withBody.contains(method) }

    /// Whether the path has a place for a secret.
    var namesCredential: Bool {
        guard case .path(let segments) = target else { return false }
        return segments.contains { if case .credential = $0 { true } else { false } }
    }

    /// Every template of it, for checks.
    var valueTemplates: [ValueTemplate] {
        var all = query.map(\.value) + pathValues.map(\.value)
        switch body {
        case .none: break
        case .json(let value), .xml(let value), .raw(let value): all.append(value)
        case .form(let fields): all += fields.map(\.value)
        case .multipart(let parts), .related(let parts): all += parts.map(\.value)
        case .graphQL(_, let variables): all += [variables].compactMap(\.self)
        }
        return all
    }

    /// Every expression that is evaluated before the request is sent.
    var expressions: [Expression] {
        expressionsOfContent + (answerWithin?.expressions ?? []) + [asksForPart].compactMap(\.self)
    }

    /// Those of what is sent, and of where it goes.
    var expressionsOfContent: [Expression] {
        var all = valueTemplates.flatMap(\.expressions) + headers.flatMap(\.value.expressions)
        if case .address(let template) = target { all += template.expressions }
        switch body {
        case .multipart(let parts), .related(let parts): all += parts.flatMap(\.labels).flatMap(\.expressions)
        default: break
        }
        if let presign { all += presign.expires.expressions + (presign.method?.expressions ?? []) }
        return all + (furtherHeaders?.expressions ?? []) + (save?.expressions ?? []) + (saveName?.expressions ?? [])
    }

    /// Names of parameters that end up in the address.
    func parametersInAddress(_ defaults: Connector.Defaults) -> Set<String> {
        var names = Set(pathParameters)
        var expressions = (query + pathValues).flatMap(\.value.expressions)
        if case .address(let template) = target { expressions += template.expressions }
        for reference in expressions.flatMap(\.references) where reference.root == "params" {
            names.formUnion(reference.members.prefix(1))
        }
        for parameter in placed where (parameter.place ?? defaultPlace(defaults)) == .query {
            names.insert(parameter.name)
        }
        return names
    }

    /// Where a parameter goes that doesn't say so itself.
    func defaultPlace(_ defaults: Connector.Defaults) -> OperationParameter.Place {
        if sendsQuery { return .query }
        switch body {
        case .json, .graphQL: return .json([])
        case .form: return .form
        case .multipart: return .multipart
        // The body is taken: what is left over can only be said in the address.
        case .raw, .related, .xml: return .query
        case .none: return defaults.body == .form ? .form : .json([])
        }
    }

    /// Names that the path itself has in a query: `uploads` of `/{bucket}?uploads`.
    var queryInPath: [String] {
        guard case .path(let segments) = target, case .text(let last)? = segments.last else { return [] }
        return last.drop { $0 != "?" }.dropFirst().split(separator: "&").map { String($0.prefix { $0 != "=" }) }
    }

    /// Names of parameters in braces of the path.
    var pathParameters: [String] {
        pathNames.filter { name in !pathValues.contains { $0.name == name } }
    }

    /// All names in braces of the path.
    var pathNames: [String] {
        guard case .path(let segments) = target else { return [] }
        return segments.compactMap { if case .parameter(let name, _) = $0 { name } else { nil } }
    }
}
