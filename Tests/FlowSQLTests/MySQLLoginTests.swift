import FlowCore
import FlowTestKit
import Glibc
import Synchronization
import Testing

@testable import FlowSQL

@Suite(.enabled(if: MySQLServer.isThere, "\(TestService.advice)")) struct MySQLLoginTests {
    /// What is said where an account of the shared server is changed so.
    private func refusal(_ user: String = "flow", _ change: (inout SQLAccount) -> Void) async throws -> Failure? {
        let account = try await MySQLServer.account(user).with(change)
        return await failure { try await MySQLServer.with(account) { _ in } }
    }

    private func cipher(_ user: String = "flow", _ change: (inout SQLAccount) -> Void = { _ in }) async throws -> Value
    {
        let account = try await MySQLServer.account(user).with(change)
        return try await MySQLServer.with(account) { try $0.describe()["tls"] ?? "nothing" }
    }

    @Test func aWrongPasswordIsRefused() async throws {
        let failure = try await refusal { $0.password = "fake-wrong" }
        let place = try await MySQLServer.account().place
        #expect(failure?.kind == .auth && failure?.code == "1045")
        #expect(failure?.message == "MySQL at \(place) does not let \"flow\" in")
        #expect(
            failure?.hint == """
                check the username and the password of the credential "shop", and whether the account may come from this \
                machine, needs TLS or a client certificate
                """)
    }

    @Test func aDatabaseThatIsNotThereIsNamed() async throws {
        let place = try await MySQLServer.account().place
        let missing = try await refusal("admin") { $0.database = "nowhere" }
        #expect(missing?.kind == .notFound)
        #expect(missing?.message == "MySQL at \(place) has no database \"nowhere\"")
        let closed = try await refusal("reader") { $0.database = "mysql" }
        #expect(closed?.kind == .permission)
        #expect(closed?.message == "MySQL at \(place) does not let \"reader\" use the database \"mysql\"")
    }

    @Test func certificateAndNameAreChecked() async throws {
        #expect(try await cipher() == "TLSv1.3")
        let name = try await refusal { $0.host = "127.0.0.1" }
        #expect(name?.kind == .tls && name?.nothingSent == true)
        #expect(name?.hint == "the certificate is for another name: give the host that it names, or tls: verify-ca")
        let unknown = try await refusal {
            $0.authorityFile = $0.authorityFile?.replacing("/ca.pem", with: "/other-ca.pem")
        }
        #expect(unknown?.kind == .tls)
        #expect(unknown?.message.hasSuffix("can't be trusted: self-signed certificate in certificate chain") == true)
        #expect(unknown?.hint == "name the file of the authority that signed the server's certificate in ca_file")
        let system = try await refusal { $0.authorityFile = nil }
        #expect(system?.kind == .tls)
    }

    @Test func theNameNeedNotFitWhereOnlyTheAuthorityIsChecked() async throws {
        #expect(
            try await cipher {
                $0.host = "127.0.0.1"
                $0.protection = .verifyAuthority
            } == "TLSv1.3")
        let unknown = try await refusal {
            $0.protection = .verifyAuthority
            $0.authorityFile = $0.authorityFile?.replacing("/ca.pem", with: "/other-ca.pem")
        }
        #expect(unknown?.kind == .tls)
        let none = try await refusal {
            $0.protection = .verifyAuthority
            $0.authorityFile = nil
        }
        #expect(none?.message == "the credential \"shop\": tls is verify-ca, and there is no ca_file")
    }

    @Test func whoeverAnswersWillDoWhereThatIsWanted() async throws {
        let encrypted = try await cipher {
            $0.host = "127.0.0.1"
            $0.protection = .insecureNoVerify
            $0.authorityFile = nil
        }
        #expect(encrypted == "TLSv1.3")
        #expect(try await cipher { $0.protection = .insecureOff } == nil)
    }

    @Test func anAccountMayNeedTLSAndACertificate() async throws {
        #expect(try await cipher("flow_tls") == "TLSv1.3")
        #expect(try await refusal("flow_tls") { $0.protection = .insecureOff }?.kind == .auth)
        let folder = try await MySQLServer.shared.start().folder + "/tls"
        #expect(try await refusal("flow_cert") { _ in }?.kind == .auth)
        #expect(
            try await cipher("flow_cert") {
                $0.certificateFile = folder + "/client.pem"
                $0.keyFile = folder + "/client.key"
            } == "TLSv1.3")
        let missing = try await refusal("flow_cert") {
            $0.certificateFile = folder + "/client.pem"
            $0.keyFile = folder + "/nothing.key"
        }
        let other = try await refusal("flow_cert") {
            $0.certificateFile = folder + "/client.pem"
            $0.keyFile = folder + "/ca.key"
        }
        #expect(other?.kind == .auth)
        #expect(
            other?.message.hasSuffix("was shown no certificate: client_key is not the key of client_cert") == true)
        #expect(missing?.kind == .auth)
        #expect(
            missing?.message
                == "the credential \"shop\": can't read client_key \(folder)/nothing.key: no such file or directory")
    }

    @Test func aSocketNeedsNoTLS() async throws {
        let folder = try await MySQLServer.shared.start().folder
        #expect(try await cipher { $0.host = folder + "/socket" } == nil)
    }

    @Test func aSocketWhereNobodyListensIsNamed() async throws {
        let folder = TemporaryFolder()
        try Folder.write("", to: folder.path + "/file")
        let reasons = [("nothing", "no such file or directory"), ("file", "connection refused")]
        for (name, reason) in reasons {
            let missing = try await refusal { $0.host = "\(folder.path)/\(name)" }
            #expect(missing?.kind == .network && missing?.nothingSent == true)
            #expect(missing?.message == "MySQL at \(folder.path)/\(name) can't be reached: \(reason)")
            #expect(missing?.hint == "check the path of the socket, and whether the server runs")
        }
        let long = try await refusal { $0.host = "/" + String(repeating: "x", count: 107) }
        #expect(
            long?.message == "the credential \"shop\": the path of the socket is longer than the system takes")
    }

    /// The library closes the descriptor of a socket that isn't there twice, if it is asked.
    @Test func aSocketThatIsNotThereTakesNoDescriptorOfOthers() async throws {
        let account = try await MySQLServer.account().with { $0.host = "/tmp/there-is-no-such-socket" }
        let isOver = Atomic(false)
        async let lost = OwnThread.run { () -> Int in
            var lost = 0
            while !isOver.load(ordering: .relaxed) {
                let mine = open("/dev/null", O_RDONLY | O_CLOEXEC)
                sched_yield()
                if close(mine) != 0 { lost += 1 }
            }
            return lost
        }
        for _ in 0..<2_000 { _ = await failure { try await MySQLServer.with(account) { _ in } } }
        isOver.store(true, ordering: .relaxed)
        #expect(try await lost == 0)
    }

    @Test func aServerThatIsNotThereCanBeTriedAgain() async throws {
        let port = try RefusingPort()
        let refused = try await refusal { $0.port = port.port }
        #expect(refused?.kind == .network && refused?.nothingSent == true)
        #expect(
            refused?.message
                == "MySQL at localhost:\(port.port) can't be reached: connection refused")
        let unknown = try await refusal { $0.host = "nowhere.invalid" }
        #expect(unknown?.kind == .network)
        #expect(unknown?.message.hasSuffix("can't be reached: there is no such host") == true)
    }

    @Test func connectingEndsWhenNobodyWaitsAnyMore() async throws {
        let silent = try FaultServer { _ in .hang }
        let account = try await MySQLServer.account().with { $0.port = silent.port }
        let stop = try StopPipe()
        let opening = Task { try await OwnThread.run { try MySQL.open(account, stop: stop).close() } }
        while silent.connectionCount == 0 { await Task.yield() }
        stop.fire()
        let ended = await failure { try await opening.value }
        #expect(ended?.kind == .cancelled)
    }

    @Test func aServerThatSaysNothingIsNotWaitedForForEver() async throws {
        let silent = try FaultServer { _ in .hang }
        let refused = try await refusal {
            $0.port = silent.port
            $0.connectTimeout = .seconds(1)
        }
        #expect(refused?.kind == .network && refused?.nothingSent == true)
        #expect(
            refused?.message
                == "MySQL at localhost:\(silent.port) did not answer as it should while the connection was made")
    }

    @Test func aLibraryThatIsNotThereIsNamedWithItsPackage() {
        let missing = MySQLLibrary.problem(with: "libnothing.so.7")
        #expect(missing?.kind == .invalid)
        #expect(missing?.message == "the library libnothing.so.7 is not there")
        #expect(missing?.hint == "install it; on Debian and Ubuntu: apt-get install libmariadb3")
        #expect(MySQLLibrary.problem(with: "libc.so.6")?.message == "the library libc.so.6 has no mysql_server_init")
    }
}
