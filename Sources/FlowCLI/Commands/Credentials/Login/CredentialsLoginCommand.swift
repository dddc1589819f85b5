import ArgumentParser
import FlowCore
import FlowOAuth

/// `flowctl credentials login PROVIDER`
struct CredentialsLoginCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Log in to a service and keep the access it gives.",
        discussion: """
            It opens a page of the provider in the browser, where you allow an app that you have registered there \
            yourself; flowctl brings none along. On a terminal it leads through that, too:
              flowctl credentials login google --scopes drive,sheets
              flowctl credentials login github --device
              flowctl credentials login slack team --client-id 12.34
              flowctl credentials login google robot --service-account key.json
              flowctl credentials login acme --issuer https://login.acme.example
            The tokens are renewed by themselves. A second login to the same credential keeps its app, its scopes and \
            its limits. There is no option for a secret: command lines are seen by every process of the machine.
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(
        help: "The provider, or a credential that is to be renewed; any name with --issuer or --token-url.",
        completion: .custom { _, _, _ in Completions.logins() })
    var provider: String?

    @Argument(help: "How workflows call the credential; else as the provider.")
    var name: String?

    @OptionGroup(title: "What to ask for") var reach: ReachOptions
    @OptionGroup(title: "The registered app") var app: AppOptions
    @OptionGroup(title: "Ways to log in") var way: WayOptions
    @OptionGroup(title: "Providers that flowctl doesn't know") var address: ProviderAddressOptions

    func validate() throws { try way.validate() }

    func run(in session: Session) async throws {
        let desk = try LoginDesk(session)
        let plan = try await desk.plan(self)
        let grant = try await desk.grant(plan)
        try desk.store(grant, plan)
    }
}

/// What the tokens are for.
struct ReachOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Separated by commas; may be repeated. The provider's own names or short ones.", valueName: "scopes"))
    var scopes: [String] = []

    @Option(
        help: ArgumentHelp(
            "A host the tokens may go to besides those of the provider; may be repeated.", valueName: "host"))
    var host: [String] = []
}

/// Which app logs in.
struct AppOptions: ParsableArguments {
    @Option(name: .customLong("client-id"), help: ArgumentHelp("The id of the registered app.", valueName: "id"))
    var clientID: String?

    @Option(
        help: ArgumentHelp("Take the app's secret from a file; - is standard input.", valueName: "file"),
        completion: .file())
    var clientSecretFile: String?

    @Option(
        help: ArgumentHelp(
            "The app's private key, as PEM, where the provider knows its public key instead of a secret.",
            valueName: "file"),
        completion: .file())
    var clientKey: String?

    @Option(
        name: .customLong("client-key-id"),
        help: ArgumentHelp("What the provider calls that key.", valueName: "id"))
    var clientKeyID: String?

    @Option(
        help: ArgumentHelp(
            "A part of the provider's addresses, such as tenant=contoso.com; may be repeated.", valueName: "name=value")
    )
    var set: [String] = []
}

/// How the provider is convinced.
struct WayOptions: ParsableArguments {
    @Flag(help: "Type a code on another device instead of opening a browser here.")
    var device = false

    @Flag(help: "Paste the address the browser ends on, where it runs on another machine.")
    var paste = false

    @Flag(help: "Log in as the app itself, without a user.")
    var clientCredentials = false

    @Option(
        help: ArgumentHelp("Log in as a service account, by the JSON file of its key.", valueName: "file"),
        completion: .file())
    var serviceAccount: String?

    @Option(help: ArgumentHelp("The user the service account acts for.", valueName: "user"))
    var subject: String?

    @Option(help: ArgumentHelp("What a machine's token is for, where the provider asks.", valueName: "address"))
    var audience: String?

    @Option(help: ArgumentHelp("The port the browser comes back to.", valueName: "port"))
    var port: Int?

    @Option(
        name: .customLong("redirect-uri"),
        help: ArgumentHelp("The whole address the browser comes back to, as it is registered.", valueName: "url"))
    var redirectURI: String?

    @Flag(help: "Print the page's address instead of opening it.")
    var noBrowser = false

    @Option(
        help: ArgumentHelp("How long to wait for the browser.", valueName: "duration"), transform: Self.duration)
    var timeout: Duration = .seconds(300)

    private static func duration(_ text: String) throws -> Duration {
        guard let duration = Duration(text: text), duration > .zero else {
            throw ValidationError("\"\(text)\" is no duration; write it as 5m or 90s")
        }
        return duration
    }

    func validate() throws {
        let ways = [
            ("--device", device), ("--paste", paste), ("--client-credentials", clientCredentials),
            ("--service-account", serviceAccount != nil),
        ].filter(\.1).map(\.0)
        guard ways.count < 2 else {
            throw ValidationError("\(ways.joined(separator: " and ")) are different ways to log in; give one of them")
        }
        guard subject == nil || serviceAccount != nil else {
            throw ValidationError("--subject is for a service account; give --service-account too")
        }
        guard port.map({ (1...65535).contains($0) }) ?? true else {
            throw ValidationError("a port is a number from 1 to 65535")
        }
        guard port == nil || redirectURI == nil else {
            throw ValidationError("--redirect-uri has a port already; leave --port out")
        }
    }
}

/// Where a provider is that flowctl doesn't know by name.
struct ProviderAddressOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Its address, where it tells about itself (OpenID Connect).", valueName: "url"))
    var issuer: String?

    @Option(name: .customLong("authorize-url"), help: ArgumentHelp("Where users allow an app.", valueName: "url"))
    var authorizeURL: String?

    @Option(name: .customLong("token-url"), help: ArgumentHelp("Where tokens are given out.", valueName: "url"))
    var tokenURL: String?

    @Option(name: .customLong("device-url"), help: ArgumentHelp("Where devices get their codes.", valueName: "url"))
    var deviceURL: String?

    @Option(name: .customLong("revoke-url"), help: ArgumentHelp("Where tokens are given back.", valueName: "url"))
    var revokeURL: String?

    @Option(help: ArgumentHelp("How the app shows who it is: none, post, basic or private_key_jwt.", valueName: "way"))
    var clientAuthentication: TokenService.ClientAuthentication?

    var isGiven: Bool {
        issuer != nil || authorizeURL != nil || tokenURL != nil || deviceURL != nil || revokeURL != nil
            || clientAuthentication != nil
    }
}

extension TokenService.ClientAuthentication: ExpressibleByArgument {}
