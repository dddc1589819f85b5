import FlowTestKit
import Glibc

/// The server that tests share; see scripts/services/postgresql.
enum PostgreSQLServer {
    static let isThere = TestService.isThere("postgresql")
    static let shared = TestService("postgresql", endedBy: SIGQUIT)
}
