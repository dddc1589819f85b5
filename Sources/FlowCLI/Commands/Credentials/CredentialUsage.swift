import FlowCore
import FlowRun
import FlowSpec
import FlowWorkflow

/// Which workflows below a folder use which credentials.
struct CredentialUsage {
    /// A place that asks for a credential.
    struct Use: Hashable {
        var file: String
        /// nil where an expression reads it.
        var line: Int?

        var text: String { line.map { "\(file):\($0)" } ?? "\(file) (secrets)" }
    }

    /// What a place asks for: any of some names, tried in their order.
    private struct Claim: Hashable {
        var names: [String]
        var use: Use
    }

    private var claims: [Claim] = []
    private var known: Set<Claim> = []
    /// Files that look like workflows and can't be read.
    private(set) var unreadable: [String] = []
    private(set) var count = 0

    /// Reads every workflow below the session's folder; links are not followed.
    init(in session: Session) throws {
        let folder = session.workingDirectory
        for pattern in ["**/*.yaml", "**/*.yml"] {
            for found in try session.files.files(matching: Glob(pattern), below: folder, limit: 100_000) {
                try add(String(found.path.dropFirst(folder == "/" ? 1 : folder.count + 1)), session)
            }
        }
    }

    private mutating func add(_ file: String, _ session: Session) throws {
        guard let bytes = try? session.read(file, as: "the workflow") else { return unreadable.append(file) }
        let text = String(decoding: bytes, as: UTF8.self)
        // Most YAML files are something else.
        guard text.hasPrefix("steps:") || text.contains("\nsteps:") else { return }
        let nodes = session.nodes(with: session.connectors(of: ParentFolder.of(file)))
        var diagnostics = Diagnostics()
        let workflow = WorkflowReader.read(
            SourceText(name: file, bytes: bytes), nodes: nodes, files: FolderFiles(session),
            typeMistakes: .warning, diagnostics: &diagnostics)
        guard let workflow else { return unreadable.append(file) }
        count += 1
        // Those of a workflow that it calls are found in that one's own file.
        for use in workflow.credentialNames where use.span.source.name == file {
            note(Claim(names: use.names, use: Use(file: file, line: use.span.position.line)))
        }
        for name in workflow.secretsRead.sorted() { note(Claim(names: [name], use: Use(file: file))) }
    }

    private mutating func note(_ claim: Claim) {
        if known.insert(claim).inserted { claims.append(claim) }
    }

    /// The places by the name of the credential that a run takes there: the first of those it may be that exists, and
    /// where none does the first of all.
    func uses(where exists: (String) -> Bool) -> [String: [Use]] {
        var uses: [String: [Use]] = [:]
        for claim in claims {
            let name = claim.names.first(where: exists) ?? claim.names[0]
            if uses[name]?.contains(claim.use) != true { uses[name, default: []].append(claim.use) }
        }
        return uses
    }
}
