import ArgumentParser
import FlowCore
import FlowStore
import FlowWorkflow
import Glibc

/// `flowctl runs export RUN`
struct RunsExportCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write all that is known of a run into a folder or file, without its secrets.",
        discussion: """
            For support, and to keep a run longer than the history does. flowctl runs import reads it.
            A name that ends in .jsonl makes one file with the run's files in it, - writes the same to standard output; \
            anything else makes a folder. With --output json, but for -: an object with path, lines, files, problems.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @OptionGroup var subject: RunArgument

    @Option(
        help: ArgumentHelp(
            "Where to write, - for standard output; run-ID in the working directory if left out.", valueName: "path"),
        completion: .file())
    var to: String?

    func run(in session: Session) async throws {
        let (run, history) = try session.run(named: subject.run)
        let console = session.console
        let name = to ?? "run-\(run.id.text)"
        let path = session.absolutePath(name)
        let snapshot = try history.stored(run).snapshot
        for source in [snapshot.source] + snapshot.calledFiles.values {
            let text = SourceText(name: run.file, bytes: source)
            for secret in HardCodedSecrets.texts(in: text) { console.masker.add(secret) }
        }
        let export = RunExport(history, run, masker: console.masker, version: Version.number)
        guard to != "-" else { return complain(of: try export.write(to: .descriptor(STDOUT_FILENO)), console) }
        let report = try export.write(to: path.hasSuffix(".jsonl") ? .file(path) : .folder(path))
        let document: Value = [
            "path": .string(path), "lines": .int(Int64(report.lines)), "files": .int(Int64(report.files)),
            "problems": .list(report.problems.map(Value.string)),
        ]
        console.show(json: document) {
            complain(of: report, console)
            let files = report.files == 0 ? "" : " with \(counted(report.files, "file"))"
            console.note("wrote run \(run.id.text, .bold)\(files) to \(name)")
        }
    }

    private func complain(of report: RunExport.Report, _ console: Console) {
        for problem in report.problems { console.complain("\("warning:", .yellow) left out: \(problem)") }
    }
}
