import FlowCore
import FlowSpec
import FlowTestKit
import Testing

/// Exim as it is killed with a message under way, and comes again.
@Suite(.enabled(if: TestService.isThere("mail"), "\(TestService.advice)")) struct SMTPKillTests {
    /// Kills the server with all that speaks to clients for it.
    private static let kill = """
        for process in /proc/[0-9]*; do
          if grep -qF "$FOLDER/exim.conf" $process/cmdline 2>/dev/null; then kill -9 ${process#/proc/}; fi
        done
        """

    private func killExim(_ sender: Sender) async throws {
        let result = try await ChildProcess(
            command: Self.kill, environment: ["PATH=/usr/bin:/bin", "FOLDER=\(sender.folder)"],
            workingDirectory: sender.files.path, scratch: sender.files.path
        ).run()
        #expect(result.errors == "")
    }

    /// Waits until the server has taken in so much of a message.
    private func until(_ count: Int, in sender: Sender) async throws {
        for _ in 0..<2000 {
            for path in Folder.files(below: sender.folder + "/spool/input") where path.hasSuffix("-D") {
                if let info = try sender.world.files.info(path), info.size >= count { return }
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("no message came to the server")
    }

    /// What it has put into the mailbox.
    private func delivered(_ sender: Sender) -> [String] {
        Folder.files(below: sender.folder + "/mail/ada/new")
    }

    @Test func inTheMiddleOfAMessageNothingWasSent() async throws {
        let service = TestService("mail", ports: 4)
        let sender = try await Sender(at: service)
        try Folder.write(Array(repeating: 65, count: 60_000_000), to: sender.files.file("large.bin"))
        let failing = Task { await sender.failure(["attachments": "large.bin"]) }
        try await until(1, in: sender)
        try await killExim(sender)
        let failure = try #require(await failing.value)
        #expect(failure.kind == .network)
        #expect(failure.message == "the connection to 127.0.0.1:\(sender.port) broke")
        #expect(failure.nothingSent && RetryPolicy(max: 1).allows(failure, effect: .write))
        // Dovecot goes on, and the script with it.
        try await service.stop()
        #expect(delivered(sender) == [])

        _ = try await service.start()
        try await sender.send()
        _ = try await sender.delivered("Report")
        #expect(delivered(sender).count == 1)
        try await service.end()
    }

    @Test func afterAllOfItNobodyKnows() async throws {
        let service = TestService("mail", ports: 4)
        let sender = try await Sender(at: service)
        let failing = Task { await sender.failure(["subject": "ponder"]) }
        try await until(1, in: sender)
        try await killExim(sender)
        let failure = try #require(await failing.value)
        #expect(failure.kind == .uncertain)
        #expect(!failure.nothingSent && !RetryPolicy(max: 3).allows(failure, effect: .write))
        #expect(failure.hint?.contains("<key-1@mail.test>") == true)
        try await service.end()
    }
}
