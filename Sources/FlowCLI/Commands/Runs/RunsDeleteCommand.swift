import ArgumentParser
import FlowCore
import FlowStore

/// `flowctl runs delete RUN`
struct RunsDeleteCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete one run with its values and files.",
        discussion: "With --output json: an object with runs, files, bytes.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @OptionGroup var subject: RunArgument

    func run(in session: Session) async throws {
        let (run, _) = try session.run(named: subject.run)
        let removal = try RunRemoval.open(try session.settings.stateDatabase)
        let report = try removal.delete(run)
        session.console.show(json: report.asValue) { session.console.note(StyledText(report.words)) }
    }
}

extension RunRemoval.Report {
    /// `deleted 3 runs and 2 files of 1.5 MB`
    var words: String {
        let files = self.files == 0 ? "" : " and \(counted(self.files, "file")) of \(bytes.byteText)"
        return "deleted \(counted(runs, "run"))\(files)"
    }

    var asValue: Value { ["runs": .int(Int64(runs)), "files": .int(Int64(files)), "bytes": .int(bytes)] }
}
