import ArgumentParser
import FlowConnect
import FlowCore
import FlowSpec
import FlowVault

/// `flowctl credentials allow NAME`
struct CredentialsAllowCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "allow", abstract: "Say where a credential may be sent, and which workflows may use it.",
        discussion: """
            A credential of a connector goes to that connector's hosts. Connector files of a project, http.request and \
            other addresses need a --host.
            With --workflow or --project only those files, and files in those folders, may use it from then on. They are \
            kept in the vault by their real paths: a copy elsewhere, or another file that calls itself the same, may not.
              flowctl credentials allow team --host https://slack-gateway.corp.example
              flowctl credentials allow team --project ~/workflows
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The credential's name.", completion: .custom { _, _, _ in Completions.credentials() })
    var name: String

    @OptionGroup var grants: GrantOptions

    @Flag(help: "Let any workflow use it again.")
    var anyWorkflow = false

    func run(in session: Session) async throws {
        let (vault, stored) = try session.stored(name)
        let hosts = Set(try grants.host.map(Session.origin))
        let places = try session.workflowPlaces(files: grants.workflow, folders: grants.project)
        guard !hosts.isEmpty || !places.isEmpty || anyWorkflow else {
            throw Exit.usage("nothing says what to allow", hint: GrantOptions.hint + ", or --any-workflow")
        }
        guard !anyWorkflow || places.isEmpty else {
            throw Exit.usage("--any-workflow leaves nothing to name", hint: "leave out --workflow and --project")
        }
        let index = CredentialTypeIndex(connectors: session.connectors())
        try vault.edit(name) { record in
            if !hosts.isEmpty {
                record.origins = try (record.origins ?? session.embeddedOrigins(of: stored.info, index)).union(hosts)
            }
            if !places.isEmpty { record.workflows = (record.workflows ?? []).union(places) }
            if anyWorkflow { record.workflows = nil }
        }
        try session.showGrants(of: name, in: vault)
        if !places.isEmpty, stored.info.workflows == nil {
            session.console.note("until now any workflow could use it; --any-workflow lets them again")
        }
    }
}

/// Hosts and workflows, as `allow` and `deny` take them.
struct GrantOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A host it may be sent to; may be repeated.", valueName: "host"))
    var host: [String] = []

    @Option(
        help: ArgumentHelp("A workflow file that may use it; may be repeated.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var workflow: [String] = []

    @Option(
        help: ArgumentHelp("A folder whose workflows may use it; may be repeated.", valueName: "folder"),
        completion: .directory)
    var project: [String] = []

    static let hint = "give --host, --workflow or --project"
}

extension CredentialInfo {
    /// Where it may be sent and who may use it, a line each; nothing of what is not limited.
    var grants: [String] { [hostsLine, usersLine].compactMap(\.self) }

    var hostsLine: String? {
        origins.map { origins in
            "may be sent \(origins.isEmpty ? "nowhere" : "to " + origins.map(\.description).sorted().joined(separator: ", "))"
        }
    }

    var usersLine: String? {
        workflows.map { places in
            "may be used by \(places.isEmpty ? "no workflow" : places.sorted().joined(separator: ", "))"
        }
    }
}

extension Session {
    func showGrants(of name: String, in vault: VaultFile) throws {
        let info = try vault.show(name).info
        console.show(json: info.asValue()) {
            for line in info.grants { console.show("\(name, .bold) \(line)") }
            if info.workflows == nil { console.show("\(name, .bold) may be used by any workflow") }
        }
    }

    /// Where a credential that names no hosts goes already: those of its connector, where that is part of flowctl.
    func embeddedOrigins(of info: CredentialInfo, _ index: CredentialTypeIndex) throws -> Set<Origin> {
        guard let type = index.type(named: info.type), let service = type.service,
            try index.connectors.connector(service)?.source == .embeddedConnector
        else { return [] }
        return type.origins
    }
}
