import FlowCore
import FlowTestKit
import Testing

@testable import FlowSQL

/// How MySQL 8 lets in, at a stand-in of its login that is strict; see scripts/services/mysql-login.
@Suite(.enabled(if: TestService.isThere("mysql-login"), "\(TestService.advice)")) struct MySQLMethodTests {
    private static let server = TestService("mysql-login", ports: 2)

    private func account(_ user: String, plain: Bool = false, _ change: (inout SQLAccount) -> Void = { _ in })
        async throws
        -> SQLAccount
    {
        let place = try await Self.server.start()
        return SQLAccount.at(place, user).with {
            if plain { $0.port += 1 }
            change(&$0)
        }
    }

    /// What the server was sent by logins of a user.
    private func log(of user: String) async throws -> [String] {
        let lines = try Folder.read(try await Self.server.start().folder + "/log").split(separator: "\n").map(
            String.init)
        return lines.filter { $0.contains(user) }
    }

    private func refusal(_ account: SQLAccount) async -> Failure? {
        await failure { try await MySQLServer.with(account) { _ in } }
    }

    @Test func theFirstLoginSendsThePasswordEncryptedAndTheNextAProof() async throws {
        let account = try await account("ada")
        for _ in 0..<2 { try await MySQLServer.with(account) { #expect($0.isAlive()) } }
        #expect(
            try await log(of: "ada") == ["login ada encrypted", "full for ada", "login ada encrypted", "fast for ada"])
    }

    @Test func aWrongPasswordIsRefused() async throws {
        let refused = await refusal(try await account("lin") { $0.password = "fake-wrong" })
        #expect(refused?.kind == .auth && refused?.code == "1045")
    }

    @Test func withoutTLSThePasswordIsNotSentInTheClear() async throws {
        let refused = await refusal(try await account("eve", plain: true) { $0.protection = .insecureOff })
        #expect(refused?.kind == .auth)
        #expect(
            refused?.message
                == "MySQL at localhost:\(try await Self.server.start().port + 1) takes the password of \"eve\" over an "
                + "encrypted connection only")
        #expect(try await log(of: "eve") == ["login eve plain", "eve asks for the key"])
    }

    @Test(arguments: [SQLAccount.Protection.verify, .verifyAuthority, .insecureNoVerify])
    func aServerThatOffersNoTLSGetsNoLogin(protection: SQLAccount.Protection) async throws {
        let name = "mallory-\(protection.rawValue)"
        let refused = await refusal(try await account(name, plain: true) { $0.protection = protection })
        #expect(refused?.kind == .tls && refused?.nothingSent == true)
        #expect(
            refused?.message.hasSuffix("can't be trusted: SSL is required, but the server does not support it") == true)
        #expect(refused?.hint == "have the server offer TLS, or set tls: insecure-off where nobody can listen")
        #expect(try await log(of: name) == [])
    }

    @Test func aServerThatAsksForThePasswordInTheClearDoesNotGetIt() async throws {
        let refused = await refusal(try await account("clear"))
        #expect(refused?.kind == .auth)
        #expect(refused?.message.hasSuffix(" asks for the password in a way that would give it away") == true)
        #expect(refused?.hint == "let the account use caching_sha2_password, ed25519 or mysql_native_password")
        #expect(try await log(of: "clear") == ["login clear encrypted"])
    }

    @Test func aMethodThatIsNotInstalledIsNamedWithItsPackage() async throws {
        let account = try await account("other")
        let folder = TemporaryFolder()
        let refused = await failure {
            try await OwnThread.run {
                try MySQLLibrary.require()
                _ = try MySQLLogin(account, plugins: folder.path).open(stop: StopPipe())
            }
        }
        #expect(refused?.kind == .invalid)
        #expect(refused?.message.contains("asks for a method of authentication that the client library lacks") == true)
        #expect(refused?.hint == "install its plugins; on Debian and Ubuntu: apt-get install libmariadb3")
    }
}
