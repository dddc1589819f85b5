import ArgumentParser
import FlowCore
import FlowNodes
import FlowRun
import FlowStore

/// `flowctl resume RUN`, which is `flowctl runs resume RUN` as well.
struct ResumeCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Take up a run that failed or was stopped; finished steps don't run again.",
        discussion: """
            The run goes on with the file, inputs and variables it was started with. A write that was cut off is not \
            repeated by itself: look whether it happened, then say so.
              flowctl resume latest --mark-done charge
              flowctl resume latest --from deploy --dry-run
            Writes that happened already are done again only after a question, or with --yes.
            --all-interrupted takes up each run whose process died, for cron and system start; it prints a line for \
            each, and exits as the first that did not succeed.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(
        help: "The run's id, enough of its beginning or end, or latest.",
        completion: .custom { _, _, _ in Completions.runs() })
    var run: String?

    @Argument(help: "With --failed-items: only those of these loops.")
    var loop: [String] = []

    @Flag(help: "Take up every run whose process died.")
    var allInterrupted = false

    @Option(help: ArgumentHelp("Run this uncertain step again.", valueName: "step"))
    var retryUncertain: [String] = []

    @Option(help: ArgumentHelp("Take this uncertain step as done.", valueName: "step"))
    var markDone: [String] = []

    @Option(
        help: ArgumentHelp("A JSON file with the output of the step that is marked done.", valueName: "file"),
        completion: .file())
    var stepOutput: String?

    @Option(
        help: ArgumentHelp(
            "Run this step again, and all that comes after it; one item as step[key].", valueName: "step"))
    var from: [String] = []

    @Flag(help: "Run the items again that failed, and the steps that read their loop.")
    var failedItems = false

    @Option(
        help: ArgumentHelp(
            "Go on with this version of the file and of those it calls; shows first what becomes of each step.",
            valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var file: String?

    @Option(
        help: ArgumentHelp(
            "With --file: run this changed step again although it has finished, and those that read it.",
            valueName: "step"))
    var rerun: [String] = []

    @Option(help: ArgumentHelp("With --file: keep what this changed step gave.", valueName: "step"))
    var keep: [String] = []

    @Flag(help: "Show what would run again and what would be reused; nothing is done.")
    var dryRun = false

    @Flag(name: [.short, .long], help: "Don't ask.")
    var yes = false

    @OptionGroup var environmentFiles: EnvironmentFileOption

    @OptionGroup var traceOption: TraceOption

    @OptionGroup var observing: ObservingOptions

    var logFormat: LogFormat { observing.logFormat }

    func run(in session: Session) async throws {
        var session = session
        try environmentFiles.add(to: &session)
        guard loop.isEmpty || failedItems else {
            throw Exit.usage(
                "there is one run too many: \(JSON.quoted(loop[0]))", hint: "loops are named with --failed-items")
        }
        guard file != nil || rerun.isEmpty && keep.isEmpty else {
            throw Exit.usage(
                "--rerun and --keep are about steps that --file has changed", hint: "run any step again with --from")
        }
        let request = try request(session)
        guard !allInterrupted else {
            guard run == nil, file == nil, !request.asksForMore, request.decisions.isEmpty, !dryRun else {
                throw Exit.usage(
                    "--all-interrupted takes up every run as it is",
                    hint: "name one run, or leave out what is about one")
            }
            guard observing.metricsFile == nil else {
                throw Exit.usage("a metrics file holds one run", hint: "leave out --metrics-file, or name one run")
            }
            return try await InterruptedRuns(
                session, trace: try traceOption.open(in: session), observing: observing
            ).resume()
        }
        guard let run else {
            throw Exit.usage(
                "there is no run to take up",
                hint: "name one, as in \"flowctl resume latest\", or add --all-interrupted")
        }
        try await resume(run, request, session)
    }

    private func resume(_ name: String, _ request: ResumeRequest, _ session: Session) async throws {
        var request = request
        // Names the run by a failure of wrong usage before anything is opened for writing.
        let (run, history) = try session.run(named: name)
        try run.requireWhole()
        try run.requireItRanHere()
        try run.requireNobodyRunsIt()
        guard run.status != .succeeded || request.asksForMore || file != nil else {
            throw Exit.usage(
                "run \(run.id.text) has succeeded; nothing is left to do",
                hint: "start a new one with \"flowctl run \(run.file)\", or run a part again with --from")
        }
        let resumption = try Resumption(
            of: run, in: history, access: session.vaultAccess(asks: !dryRun),
            trace: try traceOption.open(in: session), session)
        if let file {
            request.edit = try await resumption.editedFile(file, in: session.workingDirectory)
            request.edit?.rerun = rerun
            request.edit?.keep = keep
        }
        let sheet: ResumeSheet
        do {
            let workflow = request.edit?.workflow ?? resumption.workflow
            let plan = try ResumePlan(request, of: workflow, run, history, at: SystemClock().now())
            sheet = ResumeSheet(run: run, plan: plan, changedConnectors: try resumption.changedConnectors())
        } catch let failure as Failure {
            throw Session.unlessDamaged(failure)
        }
        if dryRun { return sheet.show(on: session.console) }
        if let failure = await resumption.missingSecret(for: request.edit?.workflow) { throw failure }
        if file == nil { try resumption.noteChangedConnectors() }
        let retention = try session.retention()
        try confirm(sheet, session)
        let watch = try observing.watch(in: session)
        let store = try RunStore.open(try session.settings.stateDatabase) { watch.view.announce($0) }
        let executor = try await resumption.executor(
            sheet.plan.options, edit: request.edit, observer: watch, store: store)
        try await RunDriver(executor, watch, session, store).run(keeping: retention)
    }

    private func request(_ session: Session) throws -> ResumeRequest {
        if stepOutput != nil, markDone.count != 1 {
            throw Exit.usage("--step-output goes with exactly one --mark-done")
        }
        let output = try stepOutput.map { try session.readJSON($0, as: "the step's output") } ?? .null
        var request = ResumeRequest()
        request.decisions = ResumeOptions(
            retryUncertain: Set(retryUncertain), markDone: Dictionary(markDone.map { ($0, output) }) { $1 })
        request.from = from
        request.failedItems = failedItems ? loop : nil
        return request
    }

    /// Shows what an edited file changes; asks before it is gone on with, and before writes are done a second time.
    private func confirm(_ sheet: ResumeSheet, _ session: Session) throws {
        let console = session.console
        for line in (file == nil ? [] : sheet.lines) + sheet.repetitions {
            if yes { console.note(line) } else { console.complain(line) }
        }
        let repeated = sheet.plan.repetitions.map(\.path).joined(separator: ", ")
        guard !yes, file != nil || !repeated.isEmpty else { return }
        guard session.prompt.isAvailable else {
            throw Exit.usage(
                repeated.isEmpty
                    ? "there is no terminal to ask on whether to go on like this"
                    : "writes that have happened, or may have, would be done again: \(repeated)",
                hint: "look at the plan with --dry-run, then add --yes")
        }
        let answer = try session.prompt.ask("go on? [y/N]", isSecret: false)
        guard answer.lowercased().hasPrefix("y") else { throw Exit.status(.cancelled) }
    }
}
