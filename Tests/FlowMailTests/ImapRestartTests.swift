import FlowCore
import FlowSpec
import FlowTestKit
import Testing

/// Dovecot as it goes away in the middle of a message, and comes again.
@Suite(.enabled(if: TestService.isThere("mail"), "\(TestService.advice)")) struct ImapRestartTests {
    @Test func anAttachmentIsReadToItsEndOverAnotherConnection() async throws {
        let service = TestService("mail", ports: 4)
        let mailbox = try await ImapMailbox.make(at: service)
        try Folder.write(Self.letter(lines: Self.count), to: mailbox.place.folder + "/mail/ada/new/large")
        let uid = try #require(try await mailbox.run("email.search").listValue?.first?["uid"])
        let fetching = Task { try await mailbox.run("email.fetch", ["uid": uid, "attachments_to": "saved"]) }
        let folder = mailbox.files + "/saved"
        try await until { try mailbox.world.files.info(folder + "/.part-a-key-2")?.size ?? 0 > 0 }
        try await service.stop()
        _ = try await service.start()
        let message = try await fetching.value
        #expect(message["attachments"]?.listValue?.first?["size"] == .int(Self.count * 57))
        #expect(try Folder.list(folder) == ["large.bin"])
        let end = try mailbox.world.files.read(folder + "/large.bin", from: (Self.count - 1) * 57, count: 100)
        #expect(end.bytes == Self.line)
        #expect(mailbox.log.lines.contains { $0.contains("; once more in") })
        await mailbox.end()
        try await service.end()
    }

    /// So much that it can't all be under way when the server ends.
    private static let count: Int64 = 150_000
    private static let line = [UInt8](0..<57)

    private static func letter(lines: Int64) -> String {
        """
        Subject: large
        Content-Type: multipart/mixed; boundary=b

        --b

        See the file.
        --b
        Content-Type: application/octet-stream; name=large.bin
        Content-Transfer-Encoding: base64

        \(String(repeating: Base64.encode(line) + "\n", count: Int(lines)))
        --b--

        """
    }

    private func until(_ holds: () throws -> Bool) async throws {
        for _ in 0..<4000 {
            if try holds() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("what is waited for does not come")
    }
}
