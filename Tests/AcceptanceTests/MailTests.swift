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
}
