import FlowCore
import FlowTestKit
import Glibc
import Testing

/// The workflows with mail that the repository shows, as they are, at the servers that they are for.
@Suite(.enabled(if: TestService.isThere("mail"), "\(TestService.advice)")) struct MailWorkflowTests {
    private static let mail = TestService("mail", ports: 4)

    private static func workflow(_ name: String) throws -> String {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return try Folder.read(parts.dropLast(3).joined(separator: "/") + "/workflows/\(name)")
    }

    private static func credential(_ place: TestService.Place, port: Int, user: String, more: Value = [:]) -> String {
        var fields = more.mapValue ?? ValueMap()
        fields["host"] = "localhost"
        fields["port"] = .int(Int64(port))
        fields["username"] = .string(user)
        fields["password"] = "fake-password"
        fields["ca_file"] = .string(place.folder + "/tls/ca.pem")
        return JSON.text(.map(fields))
    }

    // MARK: Nightly report

    private static let orders = """
        name: prepare
        steps:
          - uses: postgres.execute
            with:
              sql: |
                CREATE TABLE orders (id int, region text, customer text, total numeric(10, 2), ordered_on date)
          - uses: postgres.execute
            with:
              sql: |
                INSERT INTO orders VALUES
                  (1, 'North', 'Müller, A.', 19.5, '2026-11-20'), (2, 'R&D <s>', 'Bo', 5, '2026-11-20'),
                  (3, 'North', 'Cy', 0.25, '2026-11-20'), (4, 'North', 'Di', 7, '2026-11-19')
        """

    @Test(.enabled(if: TestService.isThere("postgresql"), "\(TestService.advice)"))
    func theNightlyReportArrives() async throws {
        let mail = try await Self.mail.start()
        let service = TestService("postgresql", endedBy: SIGQUIT)
        let database = try await service.start()
        let machine = try Machine(
            ["nightly-report.yaml": try Self.workflow("nightly-report.yaml"), "prepare.yaml": Self.orders],
            variables: [
                "FLOWCTL_CREDENTIAL_SMTP": Self.credential(
                    mail, port: mail.port, user: "ada@mail.test", more: ["type": "smtp"]),
                "FLOWCTL_CREDENTIAL_POSTGRES": Self.credential(
                    database, port: database.port, user: "flow", more: ["database": "flow"]),
            ])
        try #require(try await machine.run("flowctl --quiet run prepare.yaml").exit == 0)
        let report = "run nightly-report.yaml -i 'recipients=[\"Ada <ada@mail.test>\"]' -i day=2026-11-20"
        let plan = try await machine.run("flowctl \(report) --dry-run")
        #expect(
            plan.exit == 0 && plan.output.contains("subject Sales of 2026-11-20, with 1 attachment"), "\(plan.errors)")
        let result = try await machine.run("flowctl --quiet \(report) --output json")
        #expect(result.errors == "")
        #expect(try JSON.parse(result.output)["outputs"]?["accepted"] == ["ada@mail.test"])
        let letter = try await delivered(in: mail.folder)
        #expect(letter.contains("\nSubject: Sales of 2026-11-20\n"))
        #expect(letter.contains("\n\n3 orders in 2 regions; all are in the file.\n"))
        #expect(letter.contains("<tr><td>North</td><td>2</td><td>19.75</td></tr>"))
        #expect(letter.contains("<tr><td>R&amp;D &lt;s&gt;</td><td>1</td><td>5.00</td></tr>"))
        let file = try #require(
            letter.firstRange(of: "filename=\"orders-2026-11-20.csv\"\nContent-Transfer-Encoding: base64\n\n"))
        let content = letter[file.upperBound...].prefix { $0 != "-" }
        #expect(
            Base64.decode(String(content)).map { String(decoding: $0, as: UTF8.self) }
                == "id,region,customer,total\n1,North,\"Müller, A.\",19.50\n2,R&D <s>,Bo,5.00\n3,North,Cy,0.25\n")
        try await service.end()
    }

    private func delivered(in folder: String) async throws -> String {
        for _ in 0..<200 {
            if let path = Folder.files(below: "\(folder)/mail/ada/new").first { return try Folder.read(path) }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure(.notFound, "no message came")
    }

    // MARK: Mailbox to MongoDB

    private static let result = """
        name: result
        steps:
          - { id: letters, uses: mongodb.find, with: { collection: letters } }
          - { id: filed, uses: email.search, with: { folder: Filed } }
          - { id: left, uses: email.search }
        outputs:
          letters: ${{ steps.letters.output }}
          filed: ${{ size(steps.filed.output) }}
          left: ${{ size(steps.left.output) }}
        """

    private static let count = 60

    /// Three messages each have the same Message-ID, as senders may have it.
    private static let arriving = """
        name: arriving
        steps:
          - for_each: ${{ range(0, \(count)) }}
            collect: none
            uses: email.append
            with:
              folder: INBOX
              duplicates: true
              message: |
                From: Ada <ada@example.com>
                To: grace@mail.test
                Subject: letter ${{ item }}
                Message-ID: <${{ item / 3 }}@example.com>
                Content-Type: multipart/mixed; boundary=b

                --b

                Text ${{ item }}.
                --b
                Content-Type: application/octet-stream; name="number.bin"

                ${{ item }}
                --b--
        """

    /// However often it is killed: each message becomes one document and one file, and is moved.
    @Test(.enabled(if: TestService.isThere("mongodb"), "\(TestService.advice)"))
    func theMailboxIsFiledOnce() async throws {
        let mail = try await Self.mail.start()
        let service = TestService("mongodb", ports: 3)
        let database = try await service.start()
        let machine = try Machine(
            [
                "mailbox-to-mongodb.yaml": try Self.workflow("mailbox-to-mongodb.yaml"), "result.yaml": Self.result,
                "arriving.yaml": Self.arriving,
            ],
            variables: [
                "FLOWCTL_CREDENTIAL_IMAP": Self.credential(mail, port: mail.port + 3, user: "grace@mail.test"),
                "FLOWCTL_CREDENTIAL_MONGODB": Self.credential(
                    database, port: database.port, user: "flow", more: ["database": "flow"]),
            ])
        let arriving = try await machine.run("flowctl --quiet run arriving.yaml")
        try #require(arriving.exit == 0, "\(arriving.errors)")
        var running = try machine.start("flowctl --quiet run mailbox-to-mongodb.yaml")
        for kills in 1...2 {
            // On a thread of its own: those of the tests may be held by others until the run is over.
            let wasUnderWay = try await OwnThread.run { [running] in
                for _ in 0..<20_000 where !running.hasEnded {
                    if Folder.files(below: machine.home + "/attachments").count >= 10 * kills {
                        running.signal(SIGKILL)
                        return true
                    }
                    usleep(2000)
                }
                return false
            }
            #expect(wasUnderWay)
            _ = try await running.finish(limit: 30)
            running = try machine.start("flowctl --quiet resume latest")
        }
        let resumed = try await running.finish(limit: 60)
        #expect(resumed.exit == 0, "\(resumed.errors)")

        let outputs = try JSON.parse(try await machine.run("flowctl --quiet run result.yaml --output json").output)[
            "outputs"]
        #expect(outputs?["filed"] == .int(Int64(Self.count)))
        #expect(outputs?["left"] == 0)
        let letters = outputs?["letters"]?.listValue ?? []
        #expect(Set(letters.compactMap { $0["subject"]?.stringValue }) == Set((0..<Self.count).map { "letter \($0)" }))
        #expect(letters.count == Self.count)
        for letter in letters {
            let number = letter["subject"]?.stringValue?.split(separator: " ").last ?? ""
            #expect(letter["text"] == .string("Text \(number)."))
            let path = try #require(letter["attachments"]?.listValue?.first?["path"]?.stringValue)
            #expect(try Folder.read(path) == number)
        }
        #expect(Folder.files(below: machine.home + "/attachments").count == Self.count)
        try await service.end()
    }
}
