import FlowCore
import FlowHTTP
import FlowRun
import FlowStore

/// Takes up every run whose process died, one after the other: `flowctl resume --all-interrupted`.
///
/// Several of these may go on at the same time: each run is taken by one, and the others pass it over.
struct InterruptedRuns {
    private enum Outcome {
        case ended(RunResult, RunDriver)
        /// It stays interrupted, as it can't go on now.
        case left(Failure)
        /// Another process has taken it up.
        case taken(Failure)
    }

    private let session: Session
    private let trace: ExchangeTrace?
    private let observing: ObservingOptions

    init(_ session: Session, trace: ExchangeTrace?, observing: ObservingOptions) {
        self.session = session
        self.trace = trace
        self.observing = observing
    }

    /// - Throws: an `Exit` with the status of the first run that did not succeed.
    func resume() async throws {
        guard let history = try session.history() else { return session.console.note("no run is interrupted") }
        // Those that were tried least come first, so that one that brings its process down doesn't hold up the others.
        let runs = try history.runs(status: .interrupted, limit: .max).filter { !$0.isImported }
            .sorted { ($0.attempt, $0.id) < ($1.attempt, $1.id) }
        var doubtful = try DoubtfulRuns(in: history)
        guard !runs.isEmpty || !doubtful.names.isEmpty else { return session.console.note("no run is interrupted") }
        let retention = try session.retention()
        let console = session.console
        let store = try RunStore.open(try session.settings.stateDatabase) { console.note(StyledText($0)) }
        let access = session.vaultAccess()
        var status = ExitStatus.success
        var isStopped = false
        func finish(_ outcome: Outcome, of run: RunSummary) {
            report(outcome, of: run)
            let code = exitStatus(of: outcome)
            if status == .success { status = code }
            isStopped = code == .cancelled
        }
        for run in runs where !isStopped { finish(await resume(run, in: history, access, store), of: run) }
        if !isStopped, !doubtful.names.isEmpty {
            let names = doubtful.names.joined(separator: ", ")
            console.note("waiting, for a minute at most, whether \(names) goes on where it can't be seen from here")
        }
        while !isStopped, let finding = try await doubtful.next() {
            switch finding {
            case .abandoned(let run, let lease):
                finish(await resume(run, abandoned: lease, in: history, access, store), of: run)
            case .settled(let run):
                finish(.taken(Failure(.conflict, "it is \(run.status.words)")), of: run)
            }
        }
        await store.tidy(retention)
        guard status == .success else { throw Exit.status(status) }
    }

    private func resume(
        _ run: RunSummary, abandoned: Lease? = nil, in history: RunHistory, _ access: VaultAccess, _ store: RunStore
    ) async -> Outcome {
        do {
            let resumption = try Resumption(of: run, in: history, access: access, trace: trace, session)
            if let failure = await resumption.missingSecret() { return .left(failure) }
            try resumption.noteChangedConnectors()
            let watch = try observing.watch(in: session)
            let executor: Executor
            do {
                executor = try await resumption.executor(observer: watch, store: store, abandoned: abandoned)
            } catch {
                await watch.finish()
                throw error
            }
            let driver = RunDriver(executor, watch, session, store)
            return .ended(try await driver.drive(), driver)
        } catch let exit as Exit {
            for diagnostic in exit.diagnostics where session.console.format == .text {
                session.console.complain(diagnostic)
            }
            return .left(exit.failures.first ?? Failure(.invalid, "its file has mistakes"))
        } catch {
            let failure = Failure(error)
            return failure.code == "run_is_live" || failure.code == "run_moved_on" ? .taken(failure) : .left(failure)
        }
    }

    private func exitStatus(of outcome: Outcome) -> ExitStatus {
        switch outcome {
        case .ended(let result, _): ExitStatus(rawValue: result.exitCode) ?? .bug
        case .left(let failure): ExitStatus(failure.kind)
        case .taken: .success
        }
    }

    private func report(_ outcome: Outcome, of run: RunSummary) {
        let console = session.console
        var document = run.asValue.mapValue ?? ValueMap()
        let line: StyledText
        var hint: String?
        switch outcome {
        case .ended(let result, let driver):
            document = driver.document(of: result).mapValue ?? ValueMap()
            let place = result.failedStep.map { "\($0): " } ?? ""
            let reason = result.failure.map { ": \(place)\($0.message)" } ?? ""
            line = "\(result.status.words, result.status.style) after \(result.elapsed.humanText)\(reason)"
            hint = result.failure?.hint
        case .left(let failure):
            document["error"] = failure.asValue
            line = "\("left as it is:", .yellow) \(failure.message)"
            hint = failure.hint
        case .taken(let failure):
            if run.status == .interrupted { document["status"] = "running" }
            document["error"] = failure.asValue
            line = "passed over: \(failure.message)"
        }
        console.show(json: .map(document)) {
            console.show("\(run.id.text, .bold)  \(run.workflow)  \(line)")
            if let hint { console.complain("  \("hint:", .cyan) \(hint)") }
        }
    }
}
