import CMariaDB
import FlowCore

/// MariaDB's client library, which is loaded by the first connection.
enum MySQLLibrary {
    private static let problem = problem(with: "libmariadb.so.3")

    static func require() throws(Failure) {
        if let problem { throw problem }
    }

    /// - Returns: why it can't be used; nil where it can.
    static func problem(with file: String) -> Failure? {
        flow_mariadb_load(file).map { words in
            Failure(
                .invalid, String(cString: words),
                hint: "install it; on Debian and Ubuntu: apt-get install libmariadb3", nothingSent: true)
        }
    }
}
