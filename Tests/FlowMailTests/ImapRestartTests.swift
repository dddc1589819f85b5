import Dispatch
import FlowCore
import FlowNodes
import FlowSpec
import FlowTestKit
import Synchronization
import Testing

/// Dovecot as it goes away in the middle of a message, and comes again.
@Suite(.enabled(if: TestService.isThere("mail"), "\(TestService.advice)")) struct ImapRestartTests {
    @Test func anAttachmentIsReadToItsEndOverAnotherConnection() async throws {
        let service = TestService("mail", ports: 4)
        var mailbox = try await ImapMailbox.make(at: service)
        let files = HeldFiles()
        mailbox.world.files = files
        try Folder.write(Self.letter(lines: Self.count), to: mailbox.place.folder + "/mail/ada/new/large")
        let uid = try #require(try await mailbox.run("email.search").listValue?.first?["uid"])
        let fetching = Task { [mailbox] in
            try await mailbox.run("email.fetch", ["uid": uid, "attachments_to": "saved"])
        }
        let folder = mailbox.files + "/saved"
        #expect(try await files.isHeld())
        try await service.stop()
        _ = try await service.start()
        files.goOn()
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
}

/// Files of which the first that bytes are added to waits after some of them.
private final class HeldFiles: FileSystem {
    private let real = PosixFileSystem()
    private let isNew = Mutex(true)
    private let isWaiting = DispatchSemaphore(value: 0)
    private let mayGoOn = DispatchSemaphore(value: 0)

    /// Waits until one does; false where none has within a minute.
    func isHeld() async throws -> Bool {
        try await OwnThread.run { self.isWaiting.wait(timeout: .now() + 60) == .success }
    }

    func goOn() { mayGoOn.signal() }

    func append(_ bytes: [UInt8], to path: String) throws {
        try real.append(bytes, to: path)
        let isFirst = isNew.withLock { isNew in
            defer { isNew = isNew && bytes.isEmpty }
            return isNew && !bytes.isEmpty
        }
        guard isFirst else { return }
        isWaiting.signal()
        mayGoOn.wait()
    }

    func read(_ path: String, limit: Int) throws -> [UInt8] { try real.read(path, limit: limit) }
    func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws { try real.write(bytes, to: path, mode: mode) }
    func info(_ path: String) throws -> FileInfo? { try real.info(path) }
    func list(_ path: String) throws -> [String] { try real.list(path) }
    func createFolder(_ path: String) throws { try real.createFolder(path) }
    func delete(_ path: String, recursive: Bool) throws { try real.delete(path, recursive: recursive) }
    func move(_ path: String, to destination: String) throws { try real.move(path, to: destination) }
    func copy(_ path: String, to destination: String) throws { try real.copy(path, to: destination) }
}
