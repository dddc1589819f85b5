import FlowConnect
import FlowCore
import FlowHTTP
import FlowNodes
import FlowSpec

extension Session {
    /// Connectors: the project's, the user's, and those that are part of flowctl.
    func connectors() throws -> ConnectorSource {
        ConnectorSource(directories: [workingDirectory + "/connectors", try settings.connectorFolder], files: files)
    }

    /// Every node a step can use: native ones, then those of connector files.
    func nodes() throws -> NodeCatalog { NodeCatalog([try connectors()]) }

    /// The real world. Nothing is opened before it is used: connections, threads and OpenSSL cost a start of their own.
    func world() -> World {
        let clock = SystemClock()
        let random = SystemRandom()
        let transport = CurlClient(.init(environment: environment, userAgent: "flowctl/\(Version.number)"))
        return World(
            http: RetryingClient(transport, clock: clock, random: random), files: files, clock: clock,
            processes: SubprocessRunner(), random: random, environment: environment)
    }
}
