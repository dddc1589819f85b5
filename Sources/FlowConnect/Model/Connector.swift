package import FlowCore
import FlowExpression
package import FlowSpec

/// One app as data: what a connector file says, read and checked.
package struct Connector: Sendable {
    /// `slack`: the group of its nodes and the name of its file.
    package var name: String
    package var title: String
    package var summary: String
    /// The vendor's pages.
    package var documentation: String?
    /// The address that paths of requests are added to; may be computed from the credential.
    var base: Template
    /// Further addresses whose origins may get the credential.
    var hosts: [Template]
    /// The vendor's machine-readable document that tests compare requests with.
    package var contract: String?
    /// Whether it may stand in for an embedded connector of the same name.
    package var isOverride: Bool
    /// Sent with each request, unless the request says otherwise.
    var headers: [(name: String, value: HeaderTemplate)]
    var defaults: Defaults
    /// The default first.
    var auth: [AuthScheme]
    var errors: ErrorRules
    /// In the order of the file.
    package var operations: [Operation]
    package var source: NodeSpec.Source

    /// What an operation does where it says nothing itself.
    struct Defaults: Sendable {
        /// Where the parameters of a request with a body go.
        var body = BodyKind.json
        var form = FormStyle.json
        var decode: Decoding?
        var limit: RateLimit?
    }

    enum BodyKind: String, Sendable, CaseIterable { case json, form }

    package func operation(_ name: String) -> Operation? { operations.first { $0.name == name } }

    /// The credential types of its own, the default first; grants of a login are of a type that all share.
    package var credentialTypes: [CredentialType] {
        auth.filter { $0.login == nil }.map { $0.credentialType(of: self) }
    }
}

/// One thing an app can do.
package struct Operation: Sendable {
    /// `send_message`
    package var name: String
    package var span: SourceSpan
    package var summary: String
    package var details: String
    package var documentation: String?
    package var effect: Effect
    package var limit: RateLimit?
    var parameters: [OperationParameter]
    var rules: [NodeSpec.Rule]
    /// What the output is, in words.
    package var returns: String
    var work: Work
    /// What it gives; nil gives the body of the response, or the items of the pages.
    var output: ValueTemplate?
    package var examples: [OperationExample]

    /// One request, or several in a fixed order whose results later ones see.
    enum Work: Sendable {
        case request(RequestTemplate)
        case pages(RequestTemplate, Pagination)
        case steps([(name: String, request: RequestTemplate)])
    }

    /// What the connector does where the operation says nothing itself.
    var defaults: Connector.Defaults

    /// Names of parameters that end up in an address.
    var parametersInAddress: Set<String> {
        requests.reduce(into: []) { $0.formUnion($1.parametersInAddress(defaults)) }
    }

    /// How long the service remembers the keys of all writes the operation sends; nil where one goes without.
    var keyLifetime: Duration? {
        let writes = requests.filter { ($0.effect ?? ($0.isRead ? .read : effect)) == .write }
        guard !writes.isEmpty, writes.allSatisfy({ $0.idempotency != nil }) else { return nil }
        return writes.compactMap { $0.idempotency?.lifetime }.min()
    }

    var requests: [RequestTemplate] {
        switch work {
        case .request(let request), .pages(let request, _): [request]
        case .steps(let steps): steps.map(\.request)
        }
    }
}

/// Arguments to try an operation with, and what the vendor answers to them.
package struct OperationExample: Sendable {
    package struct Reply: Sendable {
        package var status: Int
        package var headers: HTTPHeaders
        package var body: [UInt8]
    }

    package var params: ValueMap
    /// One for each request in order.
    package var replies: [Reply]
    /// What the operation makes of it, where the file says so.
    package var output: Value?
    package var span: SourceSpan
}
