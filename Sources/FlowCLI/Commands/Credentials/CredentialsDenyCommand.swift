import ArgumentParser
import FlowCore
import FlowVault

/// `flowctl credentials deny NAME`
struct CredentialsDenyCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "deny", abstract: "Take back what \"credentials allow\" gave.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The credential's name.", completion: .custom { _, _, _ in Completions.credentials() })
    var name: String

    @OptionGroup var grants: GrantOptions

    func run(in session: Session) async throws {
        let (vault, stored) = try session.stored(name)
        let hosts = Set(try grants.host.map(Session.origin))
        let places = try session.workflowPlaces(files: grants.workflow, folders: grants.project, mustExist: false)
        guard !hosts.isEmpty || !places.isEmpty else {
            throw Exit.usage("nothing says what to deny", hint: GrantOptions.hint)
        }
        let info = stored.info
        try require(hosts.map(\.description), among: info.origins?.map(\.description), as: "--host", noun: "host")
        try require(Array(places), among: info.workflows.map(Array.init), as: "--workflow", noun: "workflow")
        try vault.edit(name) { record in
            record.origins?.subtract(hosts)
            record.workflows?.subtract(places)
        }
        try session.showGrants(of: name, in: vault)
    }

    private func require(_ denied: [String], among allowed: [String]?, as option: String, noun: String) throws {
        guard !denied.isEmpty else { return }
        guard let allowed else {
            throw Exit.usage(
                "\"\(name)\" is not limited to any \(noun)",
                hint: "name those that may have it, and no other will: flowctl credentials allow \(name) \(option) …")
        }
        for place in denied.sorted() where !allowed.contains(place) {
            throw Exit.usage(
                "\"\(name)\" was not allowed for \(place)",
                hint: allowed.isEmpty
                    ? "it is allowed for none" : "it is for \(allowed.sorted().joined(separator: ", "))")
        }
    }
}
