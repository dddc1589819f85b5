import FlowCore
import FlowSpec
import FlowTestKit
import Glibc
import Testing

@testable import FlowMongo

/// Who may do what, and what a certificate has to say.
@Suite(.enabled(if: TestService.isThere("mongodb"), "\(TestService.advice)"))
struct MongoAccessTests {
    @Test func checkShowsWhoAndWhere() async throws {
        try await TestDatabase.use { (database) async throws in
            let found = try await database.run("check", [:])
            #expect(found["host"] == .string("127.0.0.1:\(database.port)"))
            #expect(found["version"]?.stringValue?.hasPrefix("6.") == true)
            #expect(found["user"] == "flow@admin")
            #expect(found["roles"] == ["readWriteAnyDatabase@admin"])
            #expect(found["replica_set"] == "flow")
        }
    }

    @Test(arguments: ["SCRAM-SHA-1", "SCRAM-SHA-256"]) func bothMechanismsWork(_ mechanism: String) async throws {
        try await TestDatabase.use { (database) async throws in
            let user = mechanism == "SCRAM-SHA-1" ? "flow_sha1" : "flow"
            let credential = database.credential(user: user, ["auth_mechanism": .string(mechanism)])
            #expect(try await database.run("check", [:], credential: credential)["user"] == .string("\(user)@admin"))
        }
    }

    @Test func aWrongPasswordIsRefused() async throws {
        try await TestDatabase.use { (database) async throws in
            let credential = database.credential(["password": .secret("fake-other")])
            let failure = await failure { try await database.run("check", [:], credential: credential) }
            #expect(failure?.kind == .auth)
            #expect(
                failure?.message
                    == "MongoDB at 127.0.0.1:\(database.port) refuses the user name or password")
            #expect(
                failure?.hint
                    == "check username and password, and auth_source, the database that the account is in")
            #expect(failure?.nothingSent == true)
        }
    }

    @Test func whatAnAccountMayNotDoIsRefused() async throws {
        try await TestDatabase.use { (database) async throws in
            let failure = await failure {
                try await database.run(
                    "insert_one", ["collection": "c", "document": ["a": 1]],
                    credential: database.credential(user: "flow_read"))
            }
            #expect(failure?.kind == .permission)
            #expect(failure?.message.hasSuffix("the account may not do that") == true)
            #expect(failure?.hint == "give the user a role for it, or use another credential")
        }
    }

    @Test func connectionsAreSharedAndBounded() async throws {
        try await TestDatabase.use { (database) async throws in
            let credential = database.credential(["connections": "2"])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        _ = try await database.run(
                            "run_command", ["command": ["ping": 1]], credential: credential)
                    }
                }
                try await group.waitForAll()
            }
            let status = try await database.run(
                "aggregate",
                [
                    "database": "admin", "collection": "unused", "pipeline": [["$limit": 1]],
                ], credential: credential)
            #expect(status == [])
            let now = try await database.run(
                "run_command",
                [
                    "database": "admin",
                    "command": ["currentOp": 1, "$all": true, "appName": .string(database.name)],
                ],
                credential: database.credential(
                    user: "admin", ["url": .secret(.string("mongodb://127.0.0.1:\(database.port)/?tls=false"))]))
            #expect(now["inprog"]?.listValue?.count == 2)
        }
    }

    @Test func aServerThatIsNotThereIsSaidSoon() async throws {
        try await TestDatabase.use { (database) async throws in
            let credential = database.credential([
                "url": .secret("mongodb://127.0.0.1:9/?tls=false"), "connect_timeout": "1",
            ])
            let failure = await failure { try await database.run("check", [:], credential: credential) }
            #expect(failure?.kind == .network)
            #expect(
                failure?.message
                    == "no server of MongoDB at 127.0.0.1:9 can be used: connection refused calling hello on '127.0.0.1:9'"
            )
            #expect(failure?.hint == "check host and port, and that the server runs")
            #expect(failure?.nothingSent == true)
            let other = database.credential(["replica_set": "other", "connect_timeout": "1"])
            let set = await FlowMongoTests.failure { try await database.run("check", [:], credential: other) }
            #expect(set?.kind == .network)
            #expect(set?.hint == "check host, port, replica_set and the firewall")
        }
    }

    @Test func aLibraryThatIsMissingIsNamed() throws {
        let failure = #expect(throws: Failure.self) { try MongoLibrary.require("libmongoc-none.so.0") }
        #expect(failure?.kind == .invalid)
        #expect(failure?.message == "the library libmongoc-none.so.0 is not there")
        #expect(failure?.hint == "install it; on Debian and Ubuntu: apt-get install libmongoc-1.0-0")
    }

    // MARK: Credentials

    private func objection(_ fields: KeyValuePairs<String, Value>) -> Failure? {
        let credential = Credential(
            name: "shop", type: "mongodb", fields: ValueMap(fields.map { ($0.key, $0.value) }))
        do {
            let context = NodeContext(world: .test(), credential: credential)
            _ = try MongoAccount(context, for: MongoCheck().spec).address()
            return nil
        } catch {
            return Failure(error)
        }
    }

    @Test func fieldsThatCantBeUsedAreNamed() {
        #expect(objection(["host": "db.example.com", "tls": "verify"]) == nil)
        #expect(objection(["username": "ada"])?.message == "the credential \"shop\": host is missing")
        let url = objection(["url": .secret("mongodb://")])
        #expect(url?.message == "the credential \"shop\": url is no address of MongoDB")
        #expect(url?.hint == "write it as mongodb://host:27017/database, special letters as %XX")
        let insecure = objection(["url": "mongodb://host/?tls=true&tlsAllowInvalidCertificates=true"])
        #expect(insecure?.message == "the credential \"shop\": url has \"tlsallowinvalidcertificates\"")
        #expect(insecure?.hint == "leave it out, and set tls to insecure-no-verify where that is meant")
        #expect(
            objection(["host": "h", "tls": "off"])?.hint
                == "give one of verify, insecure-no-verify, insecure-off")
        #expect(
            objection(["host": "h", "ca_file": "ca.pem"])?.message
                == "the credential \"shop\": ca_file is no absolute path")
        let missing = objection(["host": "h", "ca_file": "/nowhere/ca.pem"])
        #expect(missing?.message == "the credential \"shop\": ca_file can't be read: no such file or directory")
        #expect(missing?.hint == "correct the path, or let this user read the file")
        let mechanism = objection(["host": "h", "username": "ada", "auth_mechanism": "PLAIN"])
        #expect(mechanism?.message == "the credential \"shop\": auth_mechanism is not known")
        #expect(mechanism?.hint == "give one of SCRAM-SHA-256, SCRAM-SHA-1, MONGODB-X509")
        let key = objection(["host": "h", "client_cert": "/own.pem", "client_key": "/own.key"])
        #expect(key?.message == "the credential \"shop\": client_key can't stand beside the path of a file")
        #expect(key?.hint == "put the key into the file that client_cert names, or give both as PEM")
        #expect(objection(["host": "h", "port": "x"])?.hint == "give a whole number from 1 to 65535")
    }

    @Test func mocksAreRefused() {
        let credential = Credential(name: "mongodb", type: "mongodb", fields: ValueMap(), source: .mock)
        let failure = #expect(throws: Failure.self) {
            try MongoAccount(NodeContext(world: .test(), credential: credential), for: MongoCheck().spec)
        }
        #expect(failure?.message == "mongodb.check can't be mocked, as MongoDB speaks no HTTP")
        #expect(
            failure?.hint == "run it without --mock, with the credential of a server to test with")
    }

    // MARK: TLS

    private func tls(_ place: TestService.Place, _ host: String, _ fields: KeyValuePairs<String, Value>) -> Credential {
        var all = ValueMap([
            ("url", .secret(.string("mongodb://\(host):\(place.port)/?directConnection=true"))),
            ("username", "flow"), ("password", .secret("fake-password")), ("connect_timeout", "3"),
        ])
        for (name, value) in fields { all[name] = value }
        return Credential(name: "tls", type: "mongodb", fields: all)
    }

    @Test func certificatesAreVerified() async throws {
        try await TestDatabase.use { (database) async throws in
            let place = try await TestDatabase.server.start()
            func check(_ host: String, _ fields: KeyValuePairs<String, Value>) async throws -> Value {
                let name = fields.map { "\($0.key)=\($0.value)" }.joined() + host
                var credential = tls(place, host, fields)
                credential.name = name
                return try await database.run("check", [:], credential: credential)
            }
            let authority = Value.string(place.folder + "/tls/ca.pem")
            #expect(try await check("127.0.0.1", ["ca_file": authority])["user"] == "flow@admin")
            #expect(try await check("localhost", ["ca_file": authority])["user"] == "flow@admin")
            #expect(try await check("127.0.0.1", ["tls": "insecure-no-verify"])["user"] == "flow@admin")
            let unknown = await failure { try await check("127.0.0.1", [:]) }
            #expect(unknown?.kind == .tls)
            #expect(
                unknown?.message
                    == "MongoDB at 127.0.0.1:\(place.port): its certificate is signed by nobody who is trusted")
            #expect(unknown?.hint == "name the file of the authority that signed it in ca_file")
            let nobody = Value.string("mongodb://127.0.0.1:9/?directConnection=true")
            let absent = await failure {
                try await check("127.0.0.1", ["url": .secret(nobody), "ca_file": authority, "connect_timeout": "1"])
            }
            #expect(absent?.kind == .network)
            #expect(
                absent?.hint
                    == "check host and port, and that the server runs; where it has no TLS, set tls to insecure-off")
            let own = try Folder.read(place.folder + "/tls/client.crt")
            let key = try Folder.read(place.folder + "/tls/client.key")
            let inMemory = try await check(
                "127.0.0.1", ["ca_file": authority, "client_cert": .string(own), "client_key": .secret(.string(key))])
            #expect(inMemory["user"] == "flow@admin")
            let other = await failure {
                try await check("127.0.0.1", ["ca_file": .string(place.folder + "/tls/other-ca.pem")])
            }
            #expect(other?.kind == .tls)
        }
    }

    @Test(arguments: ["other", "expired"]) func certificatesOfOthersAndOldOnesAreRefused(_ kind: String) async throws {
        try await TestDatabase.use { (database) async throws in
            let place = try await TestDatabase.server.start()
            // MongoDB itself refuses to start with one that has ended. It is looked at before anything is said.
            let port = place.port + (kind == "other" ? 1 : 2)
            let server = try ChildProcess(
                command: "exec openssl s_server -quiet -accept 127.0.0.1:\(port) -cert \(kind).pem",
                environment: ["PATH=/usr/bin:/bin"], workingDirectory: place.folder + "/tls", scratch: database.folder
            ).start()
            while !LoopbackPort.isTaken(port), !server.hasEnded { try await Task.sleep(for: .milliseconds(5)) }
            let address = Value.string("mongodb://127.0.0.1:\(port)/?directConnection=true")
            let credential = tls(
                place, "127.0.0.1",
                ["url": .secret(address), "ca_file": .string(place.folder + "/tls/ca.pem"), "connect_timeout": "2"])
            let failure = await failure { try await database.run("check", [:], credential: credential) }
            server.signal(SIGKILL)
            _ = try await server.finish()
            #expect(failure?.kind == .tls)
            let what = kind == "other" ? "its certificate is for another host" : "its certificate has expired"
            #expect(failure?.message == "MongoDB at 127.0.0.1:\(port): \(what)")
            #expect(
                failure?.hint
                    == (kind == "other" ? "give the host as the certificate names it" : "renew it on the server"))
        }
    }
}
