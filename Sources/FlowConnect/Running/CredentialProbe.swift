package import FlowCore
import FlowExpression
package import FlowSpec

/// How an app is asked whose a credential is: an operation that only reads, and where its answer says more.
struct CredentialProbe: Sendable {
    /// The operation of the connector.
    var operation: String
    /// Whose it is: `ada of Acme`.
    var who: Template?
    /// What it may do: a list, or text with commas or spaces between.
    var scopes: Template?
    /// When it ends.
    var expires: Template?
}

/// What an app says of a credential that works.
package struct CredentialIdentity: Sendable, Hashable {
    package var who: String?
    package var scopes: [String]?
    package var expiresAt: Timestamp?

    package init(who: String? = nil, scopes: [String]? = nil, expiresAt: Timestamp? = nil) {
        self.who = who
        self.scopes = scopes
        self.expiresAt = expiresAt
    }
}

extension Connector {
    /// Asks the app whose credential it is that the context has.
    ///
    /// - Returns: nil where the connector has nothing to ask it with.
    /// - Throws: a `Failure` of kind `auth` where the app refuses it; what else goes wrong with a request.
    package func identity(in context: NodeContext) async throws -> CredentialIdentity? {
        guard let scheme = auth.first(where: { context.credential.map($0.takes) ?? false }), let probe = scheme.probe,
            let operation = operation(probe.operation), case .request(let variants) = operation.work
        else { return nil }
        let arguments = try NodeSpec(self, operation).bind(ValueMap())
        let run = try await OperationRun(self, operation, arguments: arguments, context: context).located()
        let (_, decoded) = try await run.exchange(try run.chosen(variants, run.rendering), run.rendering)
        return CredentialIdentity(probe, run.rendering.with(decoded))
    }
}

extension CredentialIdentity {
    /// What isn't there, or isn't what it should be, is left open: it is no reason to call the credential bad.
    fileprivate init(_ probe: CredentialProbe, _ scope: Rendering) {
        func value(_ template: Template?) -> Value? {
            guard let template, let value = try? scope.value(template), !value.isNull, !value.isAbsent else {
                return nil
            }
            return value
        }
        who = value(probe.who).map { WireText.of($0) }.flatMap { $0.isEmpty ? nil : $0 }
        scopes = value(probe.scopes).map { value in
            let texts = value.listValue?.compactMap(\.stringValue) ?? [WireText.of(value)]
            return texts.flatMap { $0.split { $0 == "," || $0 == " " } }.map(String.init).sorted()
        }
        expiresAt = value(probe.expires).flatMap { value in
            if case .timestamp(let time) = value.revealed { return time }
            guard let seconds = value.intValue else { return Timestamp(loosely: WireText.of(value)) }
            return Timestamp.validSeconds.contains(seconds) ? Timestamp(seconds: seconds) : nil
        }
    }
}

extension Timestamp {
    /// As RFC 3339, or as services write it in headers: `2030-01-31 09:00:00 UTC`, `2030-01-31 09:00:00 +0200`.
    init?(loosely text: String) {
        if let time = Timestamp(dateOrTime: text) {
            self = time
            return
        }
        let parts = text.split(separator: " ")
        guard parts.count == 3 else { return nil }
        let zone =
            parts[2] == "UTC"
            ? "Z" : parts[2].count == 5 ? "\(parts[2].prefix(3)):\(parts[2].suffix(2))" : String(parts[2])
        self.init(rfc3339: "\(parts[0])T\(parts[1])\(zone)")
    }
}
