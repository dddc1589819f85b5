import FlowCore
import FlowTestKit
import Testing

/// Mail through the program and a real server.
@Suite(.enabled(if: TestService.isThere("mail"), "\(TestService.advice)")) struct MailTests {
    private static let root: String = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast(3).joined(separator: "/")
    }()

    /// The short form of what `make soak` does; a debug build has 60 MiB before it sends anything.
    @Test(.enabled(if: Folder.exists("/usr/bin/python3"), "needs python3"))
    func aLargeAttachmentNeedsLittleMemory() async throws {
        let folder = TemporaryFolder()
        let result = try await ChildProcess(
            command: "SOAK_MAIL_MB=24 SOAK_MAIL_MEMORY=80 scripts/soak-mail \(ChildProcess.binaryFolder)/flowctl",
            environment: ["PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"], workingDirectory: Self.root,
            scratch: folder.path
        ).run()
        #expect(result.errors == "")
        #expect(result.exit == 0)
        #expect(result.output.hasPrefix("mail: 24 MB in "))
    }

    /// The workflow that the repository shows, with SQLite in place of PostgreSQL.
    @Test func theNightlyReportArrives() async throws {
        let place = try await Self.server.start()
        let shown = try Folder.read(Self.root + "/workflows/nightly-report.yaml")
        let text = shown.replacing(
            "uses: postgres.query\n    retry: { max: 3 }\n    with:\n",
            with: "uses: sqlite.query\n    retry: { max: 3 }\n    with:\n      database: shop.db\n")
        #expect(text.split(separator: "sqlite.query").count == 3)
        let prepare = """
            name: prepare
            steps:
              - uses: sqlite.execute
                with:
                  database: shop.db
                  sql: |
                    CREATE TABLE orders (id INTEGER, region TEXT, customer TEXT, total NUMERIC, ordered_on TEXT);
                    INSERT INTO orders VALUES
                      (1, 'North', 'Ada', 19.5, '2026-11-20'), (2, 'South', 'Bo', 5, '2026-11-20'),
                      (3, 'North', 'Cy', 0.25, '2026-11-20'), (4, 'North', 'Di', 7, '2026-11-19');
            """
        let credential = JSON.text([
            "type": "smtp", "host": "127.0.0.1", "port": .int(Int64(place.port)), "username": "ada@mail.test",
            "password": "fake-password", "ca_file": .string(place.folder + "/tls/ca.pem"),
        ])
        let machine = try Machine(
            ["nightly-report.yaml": text, "prepare.yaml": prepare],
            variables: ["FLOWCTL_CREDENTIAL_EMAIL": credential])
        let result = try await machine.run(
            "flowctl --quiet run prepare.yaml && "
                + "flowctl --quiet run --output json nightly-report.yaml -i 'recipients=[\"Ada <ada@mail.test>\"]' -i day=2026-11-20"
        )
        #expect(result.errors == "")
        #expect(try JSON.parse(result.output)["outputs"]?["accepted"] == ["ada@mail.test"])
        let mail = try await delivered(in: place.folder)
        #expect(mail.contains("\nSubject: Sales of 2026-11-20\n"))
        #expect(mail.contains("\n\n3 orders in 2 regions; all are in the file.\n"))
        #expect(mail.contains("<tr><td>North</td><td>2</td><td>19.75</td></tr>"))
        let file = try #require(
            mail.firstRange(of: "filename=\"orders-2026-11-20.csv\"\nContent-Transfer-Encoding: base64\n\n"))
        let content = mail[file.upperBound...].prefix { $0 != "-" }
        #expect(
            Base64.decode(String(content)).map { String(decoding: $0, as: UTF8.self) }
                == "id,region,customer,total\n1,North,Ada,19.5\n2,South,Bo,5\n3,North,Cy,0.25\n")
    }

    private static let server = TestService("mail", ports: 4)

    private func delivered(in folder: String) async throws -> String {
        for _ in 0..<200 {
            if let path = Folder.files(below: "\(folder)/mail/ada/new").first { return try Folder.read(path) }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure(.notFound, "no message came")
    }
}
