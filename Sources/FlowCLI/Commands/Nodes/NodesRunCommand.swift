import ArgumentParser
import FlowCore
import FlowSpec

/// `flowctl nodes run NAME key=value …`
struct NodesRunCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run one node without a workflow, and print its output.",
        discussion: """
            flowctl nodes run slack.send_message --credential team channel=C1 text=hi
            A value is text where the parameter wants text, else JSON; key:=JSON is always JSON, and key=@file takes \
            a file's content. Nothing is written to the history.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "Such as slack.send_message.", completion: .custom { _, _, _ in Completions.nodes() })
    var name: String

    @Argument(help: ArgumentHelp("Arguments of the node.", valueName: "key=value"))
    var arguments: [String] = []

    @Option(
        help: ArgumentHelp("A JSON file with arguments; - is standard input.", valueName: "file"), completion: .file())
    var inputs: String?

    @Option(
        help: ArgumentHelp("The credential; else the one named like the node's connector.", valueName: "name"),
        completion: .custom { _, _, _ in Completions.credentials() })
    var credential: String?

    @Option(help: BaseURL.optionHelp)
    var baseURL: [String] = []

    @Option(
        help: ArgumentHelp(
            "Give up a try after this, such as 30s; pauses between tries don't count.", valueName: "duration"))
    var timeout: String?

    @Option(help: ArgumentHelp("How often to repeat what may be repeated.", valueName: "count"))
    var retry: Int?

    @Flag(help: "Show what would be done or sent, with secrets masked, and do nothing.")
    var dryRun = false

    @OptionGroup var traceOption: TraceOption

    func run(in session: Session) async throws {
        let timeout = try timeout.map { try durationOption($0, "--timeout") }
        let connectors = session.connectors()
        let baseURL = try BaseURL.option(baseURL, among: connectors)
        let node = try NodeIndex(session.nodes(with: connectors)).node(name)
        let given =
            try inputs.map { try session.readObject($0, as: "the inputs file", refusesRepeatedKeys: true) }
            ?? ValueMap()
        let bound: Arguments
        do {
            bound = try node.spec.bind(try ArgumentReader(node.spec, session).read(arguments, over: given))
        } catch let failure as Failure {
            throw Exit.usage(failure.message, hint: failure.hint)
        }
        var context = try await NodeBench(session, connectors).context(
            for: node.spec, credential: credential, renews: !dryRun,
            trace: dryRun ? nil : try traceOption.open(in: session))
        context.baseURL = baseURL?.url(for: node.spec)
        context.timeout = timeout
        if let retry {
            context.retry = RetryPolicy(max: max(0, retry))
        } else if node.spec.retryOwner == .node {
            context.retry = .http
        }
        if dryRun { return PreviewList(try node.preview(bound, in: context)).show(on: session.console) }
        let console = session.console
        let output = try await Interruption.cancellable { [context] in
            try await NodeBench.run(node, bound, in: context)
        }
        console.show(json: output) {
            console.show(StyledText(JSON.text(console.masker.mask(output), pretty: console.outputScreen.isTerminal)))
        }
    }
}

/// Reads an option's duration.
///
/// - Throws: an `Exit` of status `usage`.
func durationOption(_ text: String, _ option: String) throws -> Duration {
    guard let duration = Duration(text: text), duration > .zero else {
        throw Exit.usage("\(option) must be a duration, not \"\(text)\"", hint: "write it as 30s, 5m or 1h30m")
    }
    return duration
}
