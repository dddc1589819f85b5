import ArgumentParser
import FlowCore
import FlowNodes

extension LogFormat: ExpressibleByArgument {}

/// Who is told of a run: `--log-format`, `--metrics-file`, and what OTEL_… variables name.
struct ObservingOptions: ParsableArguments {
    @Option(help: "How progress is written to standard error: text, or json for a line of JSON an event.")
    var logFormat: LogFormat = .text

    @Option(
        help: ArgumentHelp(
            "Write metrics of the run there when it has ended, in Prometheus's text format.", valueName: "file"),
        completion: .file())
    var metricsFile: String?

    /// - Throws: an `Exit` of status `usage` where an OTEL_… variable can't be read or the metrics file has no folder.
    func watch(in session: Session) throws -> RunWatch {
        let console = session.console
        var others: [any RunWatcher] = []
        if let metricsFile {
            others.append(
                MetricsFile(
                    path: try session.writablePath(metricsFile, as: "the metrics file"),
                    history: try session.settings.stateDatabase, files: session.files, clock: SystemClock(),
                    console: console))
        }
        if let export = try ExportSettings(environment: session.environment) {
            for secret in export.secrets { console.masker.add(secret) }
            others.append(
                SpanRecorder(
                    export: SpanExporter(export, http: try session.telemetryClient(), console: console),
                    context: TraceContext(environment: session.environment), clock: SystemClock(),
                    random: SystemRandom()))
        }
        let view: any RunView =
            switch logFormat {
            case .text: RunProgress(on: console)
            case .json: EventLog(on: console, clock: SystemClock())
            }
        return RunWatch(view, others: others, keepsReports: console.format == .json)
    }
}
