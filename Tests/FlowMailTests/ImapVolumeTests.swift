import FlowCore
import FlowSpec
import FlowTestKit
import Glibc
import Testing

@testable import FlowMail

/// Much mail in little memory; MAIL_MESSAGES and MAIL_MEGABYTES make it more (`make soak`).
@Suite(.serialized, .enabled(if: TestService.isThere("mail"), "\(TestService.advice)")) struct ImapVolumeTests {
    private static func number(_ name: String, usual: Int) -> Int {
        getenv(name).flatMap { Int(String(cString: $0)) } ?? usual
    }

    /// Bytes of memory that this process has at the moment.
    private var memory: Int {
        let fields = (try? Folder.read("/proc/self/statm"))?.split(separator: " ") ?? []
        return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * 4096
    }

    @Test func pagesOfManyMessagesNeedNoMoreMemory() async throws {
        let count = Self.number("MAIL_MESSAGES", usual: 1500)
        let mailbox = try await ImapMailbox.make()
        try await mailbox.fill(count)
        let search = EmailSearch()
        let arguments = try search.spec.bind(mailbox.arguments().mapValue ?? ValueMap())
        let watch = Watch()
        try await search.pages(arguments, from: nil, in: mailbox.context()) { page in
            await watch.take(page.items.count, memory: memory)
        }
        #expect(await watch.count == count)
        #expect(MeasuredMemory.grew(from: 0, to: await watch.growth, byLessThan: 32 << 20))
        await mailbox.end()
    }

    private actor Watch {
        private(set) var count = 0
        private var first: Int?
        private(set) var growth = 0

        /// After some pages memory has become what it stays.
        func take(_ items: Int, memory: Int) {
            count += items
            guard count >= 500 else { return }
            growth = max(growth, memory - (first ?? memory))
            first = first ?? memory
        }
    }

    @Test func aLargeAttachmentGoesToItsFilePieceByPiece() async throws {
        let megabytes = Self.number("MAIL_MEGABYTES", usual: 8)
        let mailbox = try await ImapMailbox.make()
        let line = Base64.encode([UInt8](0..<57)) + "\r\n"
        let block = String(repeating: line, count: 1 << 14)
        let path = mailbox.files + "/large.eml"
        try Folder.write(
            "Subject: large\r\nContent-Type: application/octet-stream; name=large.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n",
            to: path)
        let blocks = (megabytes << 20) / (57 << 14)
        for _ in 0..<blocks { try mailbox.world.files.append(Array(block.utf8), to: path) }
        let before = memory
        let uid = try #require(try await mailbox.here("email.append", ["file": .string(path)])["uid"])
        let message = try await mailbox.here("email.fetch", ["uid": uid, "attachments_to": "out"])
        #expect(MeasuredMemory.grew(from: before, to: memory, byLessThan: 48 << 20))
        let size = Int64(blocks) * 57 << 14
        #expect(message["attachments"]?.listValue?.first?["size"] == .int(size))
        let end = try mailbox.world.files.read(mailbox.files + "/out/large.bin", from: size - 57, count: 100).bytes
        #expect(end == [UInt8](0..<57))
        await mailbox.end()
    }
}
