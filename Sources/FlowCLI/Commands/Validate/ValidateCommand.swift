import ArgumentParser
import FlowCore
import FlowWorkflow

/// `flowctl validate FILE …`
struct ValidateCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check workflow files: all mistakes of a file in one go.",
        discussion: "Exits with 3 where a file has an error.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "Workflow files.", completion: .file(extensions: ["yaml", "yml"]))
    var files: [String]

    @Flag(help: "Don't ask whether the credentials exist, and are for the workflow.")
    var offline = false

    func run(in session: Session) async throws {
        var report = DiagnosticReport()
        let access = offline ? nil : session.vaultAccess(asks: false)
        for file in files {
            do throws(Failure) {
                let source = SourceText(name: file, bytes: try session.read(file, as: "the workflow"))
                report.add(file, await check(source, file, session, access))
            } catch {
                report.add(file, unreadable: error)
            }
        }
        try report.show(on: session.console)
    }

    private func check(
        _ source: SourceText, _ file: String, _ session: Session, _ access: VaultAccess?
    ) async -> Diagnostics {
        var diagnostics = Diagnostics()
        let connectors = session.connectors(of: ParentFolder.of(file))
        let nodes = session.nodes(with: connectors)
        let workflow = WorkflowReader.read(source, nodes: nodes, files: FolderFiles(session), diagnostics: &diagnostics)
        if let workflow, let access {
            let check = CredentialCheck(
                session, access: access, nodes: nodes, types: CredentialTypeIndex(connectors: connectors))
            diagnostics.add(contentsOf: await check.problems(in: workflow))
        }
        return diagnostics
    }
}
