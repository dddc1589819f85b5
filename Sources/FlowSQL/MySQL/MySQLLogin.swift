import CMariaDB
import FlowCore
import Glibc

/// Opens connections: reaches the server, has it show its certificate, and logs in.
///
/// Nothing is taken from option files, and nothing is sent in the clear that the account wants encrypted.
struct MySQLLogin {
    typealias Handle = UnsafeMutablePointer<MYSQL>

    /// Methods that prove that the password is known, or send it where the connection is encrypted.
    private static let methods = "mysql_native_password,caching_sha2_password,client_ed25519,sha256_password"
    /// The fingerprint of no certificate.
    private static let nobody = String(repeating: "0", count: 40)

    private let account: SQLAccount
    private let plugins: String?

    /// - Parameter plugins: the folder of the methods of authentication; nil where the library knows it.
    init(_ account: SQLAccount, plugins: String? = nil) {
        self.account = account
        self.plugins = plugins
    }

    func open(stop: StopPipe) throws(Failure) -> Handle {
        try checkFiles()
        if account.usesSocket { try expectListener() }
        if !account.usesSocket, account.protection == .verifyAuthority || account.protection == .insecureNoVerify {
            try expectTLS(stop)
        }
        let handle = try prepared()
        do throws(Failure) {
            try connect(handle, stop)
            // The library went on without, or this is a bug of ours: nothing more is sent then.
            guard account.usesSocket || account.protection == .insecureOff || mysql_get_ssl_cipher(handle) != nil else {
                throw Failure(.tls, "\(MySQL.title) at \(account.place) does not encrypt", nothingSent: true)
            }
            return handle
        } catch {
            mysql_close(handle)
            throw error
        }
    }

    /// Where the name in the certificate is not checked, the library logs in without TLS at a server that says that it has
    /// none, and caching_sha2_password sends the password as if there were. It does neither where it expects a certificate
    /// by its fingerprint; so it first finds one that it doesn't expect.
    private func expectTLS(_ stop: StopPipe) throws(Failure) {
        let handle = try prepared()
        defer { mysql_close(handle) }
        flow_mariadb_set_text(handle, MARIADB_OPT_TLS_PEER_FP, Self.nobody)
        do throws(Failure) {
            try connect(handle, stop)
        } catch {
            guard error.kind == .tls, error.message.contains("fingerprint verification") else { throw error }
        }
    }

    /// Where nobody listens at the socket, the library is not asked: it closes the descriptor of its own socket twice then
    /// (libmariadb 3.3), the second time maybe one that another thread has got since.
    private func expectListener() throws(Failure) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(account.host.utf8)
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw Failure(
                .invalid, "the credential \"\(account.name)\": the path of the socket is longer than the system takes",
                hint: "link to it from a shorter path", nothingSent: true)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        defer { if descriptor >= 0 { close(descriptor) } }
        let isTaken =
            descriptor >= 0
            && withUnsafeBytes(of: &address) { bytes in
                Glibc.connect(
                    descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                    socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        // One with a long line of others before it is waited for.
        guard isTaken || errno == EAGAIN else {
            throw MySQLFailure(UInt32(CR_CONNECTION_ERROR), "can't connect (\(errno))").whileConnecting(to: account)
        }
    }

    private func prepared() throws(Failure) -> Handle {
        guard let handle = mysql_init(nil) else { throw Failure(.internal, "there is no memory for a connection") }
        // Connecting is done in steps, so that it can be ended from outside.
        mysql_options(handle, MYSQL_OPT_NONBLOCK, nil)
        let seconds = UInt32(clamping: account.connectTimeout.components.seconds)
        flow_mariadb_set_number(handle, MYSQL_OPT_CONNECT_TIMEOUT, max(seconds, 1))
        let transport = account.usesSocket ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP
        flow_mariadb_set_number(handle, MYSQL_OPT_PROTOCOL, transport.rawValue)
        flow_mariadb_set_text(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4")
        // A server could ask for any file of this machine.
        flow_mariadb_set_number(handle, MYSQL_OPT_LOCAL_INFILE, 0)
        flow_mariadb_set_flag(handle, MYSQL_OPT_RECONNECT, false)
        flow_mariadb_set_text(handle, MARIADB_OPT_RESTRICTED_AUTH, Self.methods)
        if let plugins { flow_mariadb_set_text(handle, MYSQL_PLUGIN_DIR, plugins) }
        mysql_options4(handle, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "flowctl")
        if !account.usesSocket { protect(handle) }
        return handle
    }

    private func protect(_ handle: Handle) {
        guard account.protection != .insecureOff else {
            flow_mariadb_set_flag(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, false)
            return
        }
        flow_mariadb_set_flag(handle, MYSQL_OPT_SSL_ENFORCE, true)
        flow_mariadb_set_flag(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, account.protection == .verify)
        flow_mariadb_set_text(handle, MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3")
        if account.protection != .insecureNoVerify, let file = account.authorityFile {
            flow_mariadb_set_text(handle, MYSQL_OPT_SSL_CA, file)
        }
        if let file = account.certificateFile {
            flow_mariadb_set_text(handle, MYSQL_OPT_SSL_CERT, file)
            flow_mariadb_set_text(handle, MYSQL_OPT_SSL_KEY, account.keyFile ?? file)
        }
    }

    private func connect(_ handle: Handle, _ stop: StopPipe) throws(Failure) {
        // Empty texts: for nil the library would look at variables of the environment. It reads them until the end.
        let words: [String] = [account.host, account.user, account.password ?? "", account.database, ""]
        let texts = words.map { strdup($0) }
        defer { texts.forEach { free($0) } }
        var result: Handle?
        // CLIENT_FOUND_ROWS: an update counts the rows that it found, as other servers do, not those it made different.
        var wanted = mysql_real_connect_start(
            &result, handle, account.usesSocket ? nil : texts[0], texts[1], texts[2], texts[3], UInt32(account.port),
            account.usesSocket ? texts[0] : texts[4], UInt(CLIENT_FOUND_ROWS))
        while wanted != 0 {
            wanted = mysql_real_connect_cont(&result, handle, try wait(for: wanted, of: handle, stop))
        }
        if result == nil { throw MySQLFailure(of: handle).whileConnecting(to: account) }
    }

    /// - Returns: which of the `MYSQL_WAIT_` bits in `wanted` have come.
    private func wait(for wanted: Int32, of handle: Handle, _ stop: StopPipe) throws(Failure) -> Int32 {
        var events: Int32 = 0
        if wanted & MYSQL_WAIT_READ != 0 { events |= POLLIN }
        if wanted & MYSQL_WAIT_WRITE != 0 { events |= POLLOUT }
        if wanted & MYSQL_WAIT_EXCEPT != 0 { events |= POLLPRI }
        var descriptors = [
            pollfd(fd: mysql_get_socket(handle), events: Int16(events), revents: 0),
            pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let patience = wanted & MYSQL_WAIT_TIMEOUT != 0 ? Int32(clamping: mysql_get_timeout_value_ms(handle)) : -1
        var count: Int32
        repeat { count = poll(&descriptors, 2, patience) } while count < 0 && errno == EINTR
        guard descriptors[1].revents == 0 else { throw Failure(.cancelled, "cancelled", nothingSent: true) }
        guard count > 0 else { return MYSQL_WAIT_TIMEOUT }
        let come = Int32(descriptors[0].revents)
        // What went wrong is found where it is read or written.
        guard come & (POLLERR | POLLHUP | POLLNVAL) == 0 else { return wanted & ~MYSQL_WAIT_TIMEOUT }
        var ready: Int32 = 0
        if come & POLLIN != 0 { ready |= MYSQL_WAIT_READ }
        if come & POLLOUT != 0 { ready |= MYSQL_WAIT_WRITE }
        if come & POLLPRI != 0 { ready |= MYSQL_WAIT_EXCEPT }
        return ready
    }

    /// The library says of a file that isn't there that the certificate is wrong.
    private func checkFiles() throws(Failure) {
        if account.protection == .verifyAuthority, account.authorityFile == nil, !account.usesSocket {
            throw Failure(
                .auth, "the credential \"\(account.name)\": tls is verify-ca, and there is no ca_file",
                hint: "name the file of the authority that signed the server's certificate in ca_file",
                nothingSent: true)
        }
        let files = [
            ("ca_file", account.authorityFile), ("client_cert", account.certificateFile),
            ("client_key", account.keyFile),
        ]
        for case (let field, let path?) in files where access(path, R_OK) != 0 {
            let reason = String(cString: strerror(errno)).lowercased()
            throw Failure(
                .auth, "the credential \"\(account.name)\": can't read \(field) \(path): \(reason)",
                hint: "correct the path, or let this user read the file", nothingSent: true)
        }
    }
}

extension SQLAccount {
    /// Whether the server is reached through a file of this machine.
    var usesSocket: Bool { host.hasPrefix("/") }
}
