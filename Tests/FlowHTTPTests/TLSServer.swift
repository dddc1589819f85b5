import FlowTestKit
import Foundation

/// An nginx with a certificate for 127.0.0.1 that nobody has signed but itself.
///
/// Runs as long as this value is held: a test must use it after its last request. Each answer is its connection's number, or a redirect.
final class TLSServer: Sendable {
    let port: Int
    private let folder: TemporaryFolder

    static let isInstalled = [openssl, nginx].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
    private static let openssl = "/usr/bin/openssl"
    private static let nginx = "/usr/sbin/nginx"

    struct NotStarted: Error { let command: String }

    init(protocols: String = "TLSv1.2 TLSv1.3", redirect: String? = nil) throws {
        folder = try TemporaryFolder()
        port = try RefusingPort().port
        try TLSServer.run(
            TLSServer.openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
            folder.path + "/key.pem", "-out", certificate)
        let path = folder.path
        let answer = redirect.map { "302 \($0)" } ?? #"200 "$connection""#
        let configuration = """
            pid \(path)/pid; error_log \(path)/error.log; worker_processes 1;
            events { worker_connections 512; }
            http {
                access_log off; keepalive_requests 100000;
                client_body_temp_path \(path)/a; proxy_temp_path \(path)/b; fastcgi_temp_path \(path)/c;
                uwsgi_temp_path \(path)/d; scgi_temp_path \(path)/e;
                server {
                    listen 127.0.0.1:\(port) ssl http2;
                    ssl_certificate \(certificate); ssl_certificate_key \(path)/key.pem;
                    ssl_protocols \(protocols); ssl_ciphers ALL:@SECLEVEL=0;
                    location / { return \(answer); }
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
