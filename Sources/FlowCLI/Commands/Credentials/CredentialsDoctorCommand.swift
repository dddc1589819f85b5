import ArgumentParser
import FlowCore
import FlowNodes
import FlowSpec

/// `flowctl credentials doctor`
struct CredentialsDoctorCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Test all credentials, and say which of them end soon.",
        discussion: """
            The most pressing first. For cron: exits with 4 where one was refused, has ended or ends within the time, else \
            with 1 where a service couldn't be asked.
              flowctl credentials doctor --quiet --within 30d
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Option(help: ArgumentHelp("How far to look ahead.", valueName: "time"))
    var within = "14d"

    @Flag(help: "Ask no service; look only at what is known of when credentials end.")
    var offline = false

    @Option(help: BaseURL.optionHelp)
    var baseURL: [String] = []

    func run(in session: Session) async throws {
        guard let span = Duration(text: within), span >= .zero else {
            throw Exit.usage("\"\(within)\" is no length of time", hint: "write it as 14d or 36h")
        }
        let connectors = session.connectors()
        let checkup = CredentialCheckup(
            session: session, connectors: connectors, baseURL: try BaseURL.option(baseURL, among: connectors),
            isOffline: offline)
        let names = try await checkup.allNames()
        let found = try await Interruption.cancellable { try await checkup.examine(names) }
        let report = CredentialReport(found: found, now: SystemClock().now(), within: span)
        try report.show(on: session.console, asList: true)
    }
}
