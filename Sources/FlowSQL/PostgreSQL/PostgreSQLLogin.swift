import CPostgreSQL
import FlowCore
import Glibc

/// Opens a connection with what a credential says, and nothing that lies around on the machine.
struct PostgreSQLLogin {
    private let account: SQLAccount
    private let stop: StopPipe

    init(_ account: SQLAccount, stop: StopPipe) {
        self.account = account
        self.stop = stop
    }

    /// Where nothing is, so that libpq does not look in the home folder.
    private static let nowhere = "/dev/null/none"
    /// Authorities that the system trusts: of Debian, Fedora, SUSE and Alpine.
    private static let authorities = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ]

    /// libpq's words for it (PostgreSQL 15, 34.1.2).
    private var keywords: [(String, String)] {
        var words = [
            ("host", account.host), ("port", String(account.port)), ("dbname", account.database),
            ("user", account.user), ("password", account.password ?? ""), ("passfile", Self.nowhere),
            ("application_name", "flowctl"), ("client_encoding", "UTF8"), ("gssencmode", "disable"),
            ("options", "-c datestyle=ISO -c intervalstyle=iso_8601"),
            ("keepalives_idle", "60"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("sslcert", account.certificateFile ?? Self.nowhere), ("sslkey", account.keyFile ?? Self.nowhere),
            ("sslcrl", Self.nowhere),
        ]
        if account.isReadOnly { words[9].1 += " -c default_transaction_read_only=on" }
        let authority = account.authorityFile ?? Self.authorities.first { access($0, R_OK) == 0 } ?? Self.nowhere
        switch account.protection {
        case .verify: words += [("sslmode", "verify-full"), ("sslrootcert", authority)]
        case .verifyAuthority: words += [("sslmode", "verify-ca"), ("sslrootcert", authority)]
        // With a file of authorities it would verify after all.
        case .insecureNoVerify: words += [("sslmode", "require"), ("sslrootcert", Self.nowhere)]
        case .insecureOff: words += [("sslmode", "disable")]
        }
        return words
    }

    func connect() throws -> OpaquePointer {
        let names = keywords.map(\.0)
        let values = keywords.map(\.1)
        let started = CStrings(names).withPointers { names in
            CStrings(values).withPointers { PQconnectStartParams(names, $0, 0) }
        }
        guard let handle = started else { throw Failure(.internal, "no memory for a connection") }
        // So that what the server says has its SQLSTATE.
        _ = PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        do {
            try finish(handle)
        } catch {
            PQfinish(handle)
            throw error
        }
        _ = PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
        return handle
    }

    private func finish(_ handle: OpaquePointer) throws {
        guard PQstatus(handle) != CONNECTION_BAD else { throw refusal(handle) }
        let end = ContinuousClock.now + account.connectTimeout
        var events = POLLOUT
        while true {
            var waits = [
                pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0),
                pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let left = (end - .now).inMilliseconds
            guard left > 0 else {
                throw Failure(
                    .network, "\(account.place) did not answer within \(account.connectTimeout.humanText)",
                    hint: "check host and port, and that no firewall is between", nothingSent: true)
            }
            _ = poll(&waits, 2, Int32(clamping: left))
            if waits[1].revents != 0 { throw CancellationError() }
            guard waits[0].revents != 0 else { continue }
            switch PQconnectPoll(handle) {
            case PGRES_POLLING_OK: return
            case PGRES_POLLING_READING: events = POLLIN
            case PGRES_POLLING_WRITING: events = POLLOUT
            default: throw refusal(handle)
            }
        }
    }

    private func refusal(_ handle: OpaquePointer) -> Failure {
        PostgreSQLRefusal(String(cString: PQerrorMessage(handle)), account).failure
    }
}

/// Texts as C wants lists of them.
private struct CStrings {
    private let texts: [[CChar]]

    init(_ texts: [String]) { self.texts = texts.map { Array($0.utf8CString) } }

    func withPointers<Result>(_ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result) -> Result {
        let bytes = texts.flatMap { $0 }
        return bytes.withUnsafeBufferPointer { bytes in
            var pointers: [UnsafePointer<CChar>?] = []
            var offset = 0
            for text in texts {
                pointers.append(bytes.baseAddress?.advanced(by: offset))
                offset += text.count
            }
            pointers.append(nil)
            return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
        }
    }
}
