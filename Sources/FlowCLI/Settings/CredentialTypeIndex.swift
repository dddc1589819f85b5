import FlowConnect
import FlowSpec
import FlowVault
import Synchronization

/// Finds credential types by name: the shared ones, then those of connectors, of which as few are read as will do.
struct CredentialTypeIndex: CredentialTypeSource {
    var connectors: ConnectorSource
    private let known = Known()

    init(connectors: ConnectorSource) { self.connectors = connectors }

    /// What was asked for before: each item of a loop asks again.
    private final class Known: Sendable {
        let types = Mutex<[String: CredentialType?]>([:])
    }

    func type(named name: String) -> CredentialType? {
        if let known = known.types.withLock({ $0[name] }) { return known }
        let type = find(name)
        known.types.withLock { $0[name] = .some(type) }
        return type
    }

    private func find(_ name: String) -> CredentialType? {
        if let shared = CredentialTypes.shared(named: name) { return shared }
        // `slack_bot` is most likely of the connector `slack`.
        let likely = connectors.connectorNames.filter { name.hasPrefix($0) }
        return first(named: name, of: likely) ?? first(named: name, of: connectors.connectorNames)
    }

    /// All of them; reads every connector.
    var all: [CredentialType] { CredentialTypes.shared + connectors.credentialTypes }

    var typeNames: [String] { all.map(\.name) }

    /// What a credential of this name is where nobody says: the first type of the connector of that name, or the shared
    /// type of that name that native nodes can ask about, such as `postgres`.
    func defaultType(forCredential name: String) -> CredentialType? {
        if let shared = CredentialTypes.shared(named: name), shared.testNode != nil { return shared }
        guard connectors.connectorNames.contains(name) else { return nil }
        return (try? connectors.connector(name))?.credentialTypes.first
    }

    /// Whether there is a connector of this name, and no other way to its app than a login.
    func takesLoginOnly(credentialNamed name: String) -> Bool {
        guard connectors.connectorNames.contains(name), let connector = try? connectors.connector(name) else {
            return false
        }
        return connector.credentialTypes.isEmpty && (try? connectors.provider(named: name)) != nil
    }

    private func first(named name: String, of connectorNames: [String]) -> CredentialType? {
        for connector in connectorNames {
            let types = (try? connectors.connector(connector))?.credentialTypes ?? []
            if let type = types.first(where: { $0.name == name }) { return type }
        }
        return nil
    }
}
