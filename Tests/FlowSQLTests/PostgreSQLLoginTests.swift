import FlowCore
import FlowSpec
import FlowTestKit
import Glibc
import Testing

@testable import FlowSQL

/// How one gets in, and what is said where one does not.
@Suite(.enabled(if: PostgreSQLServer.isThere, "\(TestService.advice)")) struct PostgreSQLLoginTests {
    private func failure(_ fields: [String: Value], of service: TestService = PostgreSQLServer.shared) async throws
        -> Failure?
    {
        await (try await PostgreSQLBench(service, fields)).failure("postgres.check")
    }

    private func found(_ fields: [String: Value]) async throws -> Value {
        try await PostgreSQLBench(PostgreSQLServer.shared, fields).run("postgres.check")
    }

    @Test func everyKindOfAccountIsLetIn() async throws {
        let place = try await PostgreSQLServer.shared.start()
        #expect(try await found(["username": "flow_md5"])["user"] == "flow_md5")
        #expect(try await found(["username": "flow_tls"])["tls"] == "TLSv1.3")
        #expect(try await found(["tls": "insecure-off", "ca_file": nil])["tls"] == .null)
        #expect(try await found(["tls": "insecure-no-verify", "ca_file": nil])["tls"] == "TLSv1.3")
        #expect(try await found(["tls": "verify-ca", "host": "127.0.0.1"])["tls"] == "TLSv1.3")
        #expect(try await found(["host": .string(place.folder + "/socket"), "password": nil])["tls"] == .null)
        let certificate = try await found([
            "username": "flow_cert", "password": nil, "client_cert": .string(place.folder + "/tls/client.pem"),
            "client_key": .string(place.folder + "/tls/client.key"),
        ])
        #expect(certificate["user"] == "flow_cert")
    }

    @Test func anAddressSaysItAll() async throws {
        let place = try await PostgreSQLServer.shared.start()
        let url =
            "postgresql://flow:fake%2Dpassword@localhost:\(place.port)/flow?sslmode=verify-full&sslrootcert=\(place.folder)/tls/ca.pem"
        let none: [String: Value] = [
            "host": nil, "port": nil, "database": nil, "username": nil, "password": nil, "ca_file": nil,
        ]
        #expect(try await found(none.merging(["url": .secret(.string(url))]) { $1 })["user"] == "flow")
        let beside = none.merging(["url": .secret(.string(url)), "username": "flow_md5"]) { $1 }
        #expect(try await found(beside)["user"] == "flow_md5")
    }

    @Test(
        arguments: [
            (
                ["password": "fake-wrong"], FailureKind.auth, "28P01",
                "refused the login: password authentication failed for user \"flow\"",
                "check user name and password of the credential \"shop\""
            ),
            (
                ["database": "nowhere"], .notFound, "3D000", "refused the login: database \"nowhere\" does not exist",
                "check the database of the credential \"shop\""
            ),
            (
                ["username": "flow_tls", "tls": "insecure-off"], .auth, "28000",
                "refused the login: pg_hba.conf rejects connection for host \"HOST\", user \"flow_tls\", database \"flow\", no encryption",
                "check user and tls of the credential \"shop\", and pg_hba.conf on the server"
            ),
        ] as [([String: Value], FailureKind, String, String, String)])
    func theServerRefuses(fields: [String: Value], kind: FailureKind, code: String, message: String, hint: String)
        async throws
    {
        let place = try await PostgreSQLServer.shared.start()
        let failure = try #require(try await failure(fields))
        let plain = failure.message.replacing("\"127.0.0.1\"", with: "\"HOST\"").replacing("\"::1\"", with: "\"HOST\"")
        #expect(plain == "localhost:\(place.port) \(message)")
        #expect(failure.kind == kind && failure.code == code && failure.hint == hint && failure.nothingSent)
    }

    @Test(
        arguments: [
            (
                ["ca_file": nil], "its certificate has expired, or is signed by nobody who is trusted",
                "name the file of its authority in ca_file of the credential \"shop\", or renew the certificate on the server"
            ),
            (
                ["ca_file": "FOLDER/tls/other-ca.pem"],
                "its certificate has expired, or is signed by nobody who is trusted",
                "name the file of its authority in ca_file of the credential \"shop\", or renew the certificate on the server"
            ),
            (
                ["host": "127.0.0.1"], "the certificate is for another host",
                "set host in the credential \"shop\" to a name that the certificate has"
            ),
            (
                ["ca_file": "/nowhere/ca.pem"], "the certificates to trust can't be read from /nowhere/ca.pem",
                "name a file of PEM certificates in ca_file of the credential \"shop\""
            ),
            (
                ["client_cert": "FOLDER/tls/client.pem"], "the client certificate or its key can't be read",
                "check client_cert and client_key of the credential \"shop\""
            ),
        ] as [([String: Value], String, String)])
    func aConnectionIsNotSafe(fields: [String: Value], what: String, hint: String) async throws {
        let place = try await PostgreSQLServer.shared.start()
        let filled = fields.mapValues { value in
            value.stringValue.map { Value.string($0.replacing("FOLDER", with: place.folder)) } ?? value
        }
        let failure = try #require(try await failure(filled))
        let host = fields["host"]?.stringValue ?? "localhost"
        #expect(failure.message == "no safe connection to \(host):\(place.port): \(what)")
        #expect(failure.kind == .tls && failure.hint == hint)
    }

    @Test(arguments: [
        (
            "expired", "its certificate has expired, or is signed by nobody who is trusted",
            "name the file of its authority in ca_file of the credential \"shop\", or renew the certificate on the server"
        ),
        (
            "other", "the certificate is for another host",
            "set host in the credential \"shop\" to a name that the certificate has"
        ),
    ])
    func aServerShowsAWrongCertificate(shown: String, what: String, hint: String) async throws {
        let service = TestService("postgresql", endedBy: SIGQUIT)
        let place = try await service.start()
        try await service.stop()
        try Folder.write(shown, to: place.folder + "/certificate")
        _ = try await service.start()
        let failure = try await failure([:], of: service)
        try await service.end()
        #expect(failure?.message == "no safe connection to localhost:\(place.port): \(what)")
        #expect(failure?.kind == .tls && failure?.hint == hint)
    }

    @Test func aCertificateMayStandInTheCredential() async throws {
        let folder = try await PostgreSQLServer.shared.start().folder + "/tls"
        let bench = try await PostgreSQLBench(
            PostgreSQLServer.shared,
            [
                "username": "flow_cert", "client_cert": .string(try Folder.read(folder + "/client.pem")),
                "client_key": .secret(.string(try Folder.read(folder + "/client.key"))),
            ])
        #expect(try await bench.run("postgres.check")["user"] == "flow_cert")
        // A connection that is made later still finds it.
        await bench.world.connections.close()
        #expect(try await bench.run("postgres.check")["user"] == "flow_cert")
    }

    @Test func nobodyIsThere() async throws {
        let unknown = try await failure(["host": "nowhere.invalid"])
        #expect(unknown?.message == "could not find the host \"nowhere.invalid\"" && unknown?.kind == .network)
        let refused = try await failure(["port": "1"])
        #expect(refused?.message == "could not connect to localhost:1 (connection refused)")
        let silent = try SilentPort()
        let port = silent.authority.drop { $0 != ":" }.dropFirst()
        let slow = try await failure(["host": "127.0.0.1", "port": .string(String(port)), "connect_timeout": "1"])
        #expect(slow?.message == "127.0.0.1:\(port) did not answer within 1.0 s" && slow?.nothingSent == true)
    }

    @Test(
        arguments: [
            (["url": "https://example.com"], "url does not start with postgresql:// or postgres://"),
            (["url": "postgres://a,b/c"], "url names several hosts"),
            (["url": "postgres://h/d?sslmode=prefer"], "tls is \"prefer\", which is not known"),
            (["url": "postgres://h/d?service=x"], "url has the parameter \"service\", which is not known here"),
            (["host": nil], "host is missing"), (["port": "x"], "port is no number"),
            (["read_only": "maybe"], "read_only is neither true nor false"),
            (["ca_file": "own.pem"], "ca_file is no absolute path"), (["connections": "0"], "connections is no number"),
        ] as [([String: Value], String)])
    func aCredentialIsWrong(fields: [String: Value], message: String) async throws {
        let failure = try await failure(fields)
        #expect(failure?.message == "the credential \"shop\": \(message)" && failure?.kind == .auth)
    }

    @Test func aMockHasNoDatabase() async throws {
        var bench = try await PostgreSQLBench()
        bench.credential.source = .mock
        let failure = await bench.failure("postgres.check")
        #expect(
            failure?.message == "postgres.check can't be mocked, as PostgreSQL speaks no HTTP"
                && failure?.kind == .invalid)
    }

    @Test func withoutTheLibraryThePackageIsNamed() {
        let missing = PostgreSQLLibrary.problem(with: "libpq.so.999")
        #expect(missing?.message == "the library libpq.so.999 is not there")
        #expect(missing?.hint == "install it; on Debian and Ubuntu: apt-get install libpq5")
        #expect(
            PostgreSQLLibrary.problem(with: "libc.so.6")?.message == "the library libc.so.6 has no PQconnectStartParams"
        )
    }
}
