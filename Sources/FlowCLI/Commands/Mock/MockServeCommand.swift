import ArgumentParser
import FlowConnect
import FlowCore
import FlowMock
import FlowNodes
import FlowSpec

/// `flowctl mock serve [APP…]`
struct MockServeCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Answer for apps on a port of 127.0.0.1, until Ctrl-C.",
        discussion: """
            Each app has a path of its own; --base-url sends a run there:
              flowctl mock serve slack --port 8650
              flowctl run digest.yaml --base-url slack=http://127.0.0.1:8650/slack
            Answers are made from the examples of the connector. A request is refused where the app would refuse it: \
            without a credential, with a name it does not know, with something left out. What is created is there until \
            the end. "flowctl run --mock" needs none of this.
            With --output json: one object for each request, with app, method, target, status, refusal.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The apps; without any, all.", completion: .custom { _, _, _ in Completions.connectors() })
    var app: [String] = []

    @Option(help: ArgumentHelp("The port; without it a free one.", valueName: "number"))
    var port: Int?

    @Option(
        help: ArgumentHelp(
            "How often it fails: a status, \"reset\" (the connection breaks before anything is done) or \"lost\" (only "
                + "the answer is lost), and a share, such as 429:5%.", valueName: "way:share"))
    var fault: [String] = []

    @Option(help: ArgumentHelp("How long each answer takes, such as 100ms.", valueName: "time"))
    var latency: String?

    func run(in session: Session) async throws {
        let source = session.connectors()
        let names = app.isEmpty ? source.connectorNames : app
        let connectors = try names.map { try connector($0, source) }
        let console = session.console
        let server = try MockServer(connectors, options: try options(), random: SystemRandom()) { exchange in
            console.show(json: exchange.asValue) { console.show(exchange.line) }
        }
        if console.format == .text {
            for connector in connectors {
                console.note("\(connector.name, .bold)  \(server.url)/\(connector.name)")
            }
        }
        let (signals, continuation) = AsyncStream<Void>.makeStream()
        let watch = try SignalWatch { _ in
            continuation.finish()
        } onSecond: { _ in
        }
        for await _ in signals {}
        watch.end()
        withExtendedLifetime(server) {}
    }

    private func connector(_ name: String, _ source: ConnectorSource) throws -> Connector {
        if let connector = try source.connector(name) { return connector }
        throw Exit.usage(
            "there is no connector \"\(terminalSafe(name))\"",
            hint: Suggestion.didYouMean(name, among: source.connectorNames) ?? "see \"flowctl connectors list\"")
    }

    private func options() throws -> MockServer.Options {
        if let port, !(1...65_535).contains(port) {
            throw Exit.usage("a port is a number from 1 to 65535, not \(port)")
        }
        let faults = try fault.map { text in
            guard let fault = MockFault(text) else {
                throw Exit.usage(
                    "\(JSON.quoted(text)) is no way to fail and share",
                    hint: "write it as 429:5%, 500:1%, reset:2% or lost:1%")
            }
            return fault
        }
        guard faults.reduce(0, { $0 + $1.share }) <= 1_000_000 else {
            throw Exit.usage("the shares of --fault are more than 100% together")
        }
        var pause = Duration.zero
        if let latency {
            guard let duration = Duration(text: latency) else {
                throw Exit.usage("\(JSON.quoted(latency)) is no time", hint: "write it as 100ms or 2s")
            }
            pause = duration
        }
        return MockServer.Options(port: port, faults: faults, latency: pause)
    }
}

extension MockServer.Exchange {
    fileprivate var asValue: Value {
        [
            "app": .string(app), "method": .string(method), "target": .string(target), "status": .int(Int64(status)),
            "refusal": refusal.map(Value.string) ?? .null,
        ]
    }

    fileprivate var line: StyledText {
        let style: Style = status < 400 ? .green : .red
        let reason = refusal.map { ": \(terminalSafe($0))" } ?? ""
        return "\("\(status)", style) \(app) \(method) \(terminalSafe(target))\(reason)"
    }
}
