import CPostgreSQL
import FlowCore

/// libpq, which is loaded by the first connection.
enum PostgreSQLLibrary {
    private static let problem = problem(with: "libpq.so.5")

    static func require() throws(Failure) {
        if let problem { throw problem }
    }

    /// - Returns: why it can't be used; nil where it can.
    static func problem(with file: String) -> Failure? {
        flow_postgresql_load(file).map { words in
            Failure(
                .invalid, String(cString: words),
                hint: "install it; on Debian and Ubuntu: apt-get install libpq5", nothingSent: true)
        }
    }
}
