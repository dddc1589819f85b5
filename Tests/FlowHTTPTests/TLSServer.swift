import FlowTestKit
import Foundation

/// An nginx with a certificate for 127.0.0.1 that nobody has signed but itself.
///
/// Runs as long as this value is held: a test must use it after its last request. Each answer is its connection's number,
/// another variable of nginx, or a redirect.
final class TLSServer: Sendable {
    let port: Int
    private let folder: TemporaryFolder

    static let isInstalled = [openssl, nginx].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
    static let openssl = "/usr/bin/openssl"
    private static let nginx = "/usr/sbin/nginx"

    struct NotStarted: Error { let command: String }

    /// - Parameters:
    ///   - variable: of nginx, whose value is every answer.
    ///   - redirect: where every answer leads.
    ///   - hasExpired: whether the certificate was valid years ago.
    ///   - wantsCertificate: whether it answers only those who show the server's own certificate.
    ///   - hasHTTP2: whether it speaks HTTP/2.
    ///   - pause: milliseconds that it takes for an answer.
    ///   - streams: how many requests it takes on one connection at a time.
    ///   - lifetime: after how many requests it closes a connection.
    ///   - idleTime: after how many seconds without a request.
    init(
        protocols: String = "TLSv1.2 TLSv1.3", variable: String = "connection", redirect: String? = nil,
        hasExpired: Bool = false,
        wantsCertificate: Bool = false, hasHTTP2: Bool = true, pause: Int = 0, streams: Int = 128,
        lifetime: Int = 100_000, idleTime: Int = 60
    ) throws {
        folder = TemporaryFolder()
        port = try FreePorts.find(1)
        try TLSServer.run(
            TLSServer.openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
            key, "-out", certificate)
        let path = folder.path
        if hasExpired { try expireCertificate() }
        let verification = wantsCertificate ? "ssl_verify_client on; ssl_client_certificate \(certificate);" : ""
        let answer = redirect.map { "302 \($0)" } ?? #"200 "$\#(variable)""#
        // It takes its time to say that a password is wrong, and that is then made an answer like any other.
        let refusal = """
            auth_basic x; auth_basic_user_file /dev/null; auth_delay \(pause)ms; error_page 401 =200 /answer;
            """
        let configuration = """
            pid \(path)/pid; error_log \(path)/error.log; worker_processes 1;
            events { worker_connections 512; }
            http {
                access_log off; keepalive_timeout \(idleTime); keepalive_requests \(lifetime);
                client_body_temp_path \(path)/a; proxy_temp_path \(path)/b; fastcgi_temp_path \(path)/c;
                uwsgi_temp_path \(path)/d; scgi_temp_path \(path)/e;
                server {
                    listen 127.0.0.1:\(port) ssl\(hasHTTP2 ? " http2" : "");
                    listen unix:\(unixSocket);
                    ssl_certificate \(certificate); ssl_certificate_key \(key); \(verification)
                    ssl_protocols \(protocols); ssl_ciphers ALL:@SECLEVEL=0;
                    http2_max_concurrent_streams \(streams);
                    location / { \(pause > 0 ? refusal : "return \(answer);") }
                    location = /answer { internal; return \(answer); }
                }
            }
            """
        let file = try folder.write("nginx.conf", Array(configuration.utf8))
        // It listens when the command returns: the server itself goes on in the background.
        try TLSServer.run(TLSServer.nginx, "-c", file, "-e", path + "/error.log")
    }

    deinit {
        let text = (try? folder.read("pid")).map { String(decoding: $0, as: UTF8.self) } ?? ""
        // The whole group, and in a way it can't miss while it is still starting.
        if let process = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)) { kill(-process, SIGKILL) }
    }

    var authority: String { "127.0.0.1:\(port)" }
    var url: String { "https://\(authority)/" }
    var certificate: String { folder.path + "/certificate.pem" }
    var key: String { folder.path + "/key.pem" }
    /// Where it speaks without TLS.
    var unixSocket: String { folder.path + "/socket" }

    /// `openssl req` can't write a certificate that has ended; its authority can.
    private func expireCertificate() throws {
        _ = try folder.write("index", [])
        let configuration = """
            [ca]
            default_ca = own
            [own]
            new_certs_dir = \(folder.path)
            database = \(folder.path)/index
            serial = \(folder.path)/serial
            default_md = sha256
            policy = any
            [any]
            commonName = supplied
            """
        let file = try folder.write("ca.conf", Array(configuration.utf8))
        let request = folder.path + "/request.pem"
        try TLSServer.run(TLSServer.openssl, "req", "-new", "-key", key, "-subj", "/CN=127.0.0.1", "-out", request)
        try TLSServer.run(
            TLSServer.openssl, "ca", "-batch", "-config", file, "-selfsign", "-create_serial", "-notext", "-keyfile",
            key,
            "-in", request, "-startdate", "20200101000000Z", "-enddate", "20200102000000Z", "-out", certificate)
    }

    /// Foundation's `Process` waits for a daemon's descendants too, which never end.
    private static func run(_ program: String, _ arguments: String...) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in 0...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var texts = ([program] + arguments).map { strdup($0) } + [nil]
        defer { texts.forEach { free($0) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        var process: pid_t = 0
        var status: Int32 = -1
        guard posix_spawn(&process, program, &actions, nil, &texts, &environment) == 0,
            waitpid(process, &status, 0) == process, status == 0
        else { throw NotStarted(command: program) }
    }
}
