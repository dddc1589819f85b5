import FlowCore
import FlowSpec
import FlowTestKit
import Glibc
import Testing

/// Where Debian has them, for the version of Python that it has.
private let samples: String? = (8...30).map { "/usr/lib/python3.\($0)/test/test_email/data" }.last(where: Folder.exists)

/// Odd messages that Python tests its package for mail with (Debian's libpython3.x-testsuite): what is read of them over a
/// real server, beside what Python reads.
@Suite(
    .enabled(if: TestService.isThere("mail"), "\(TestService.advice)"),
    .enabled(if: samples != nil, "the package libpython3.x-testsuite is not installed"))
struct SampleMessagesTests {
    /// Messages that are broken in ways which this server reads otherwise: boundaries that are missing, repeated or stand
    /// where none belong (15, 17, 25, 31, 33, 37, 39, 41), a header without its end (35), tabs in a folded subject (27).
    private static let exceptions = Set([15, 17, 25, 27, 31, 33, 35, 37, 39, 41].map { "msg_\($0).txt" })

    /// Says of each message what can be compared, as a line of JSON.
    private static let reader = """
        import email, email.policy, glob, hashlib, json, sys

        def leaves(part):
            if part.get_content_maintype() == "multipart":
                for inner in part.get_payload() if part.is_multipart() else []:
                    yield from leaves(inner)
            else:
                yield part

        def text(part):
            charset = part.get_content_charset("utf-8")
            return part.get_payload(decode=True).decode(charset, "replace").replace("\\r\\n", "\\n")

        for path in sorted(glob.glob(sys.argv[1] + "/msg_*.txt")):
            with open(path, "rb") as file:
                content = file.read().replace(b"\\r\\n", b"\\n").replace(b"\\n", b"\\r\\n")
            message = email.message_from_bytes(content, policy=email.policy.default)
            found = {"text": None, "html": None, "attachments": []}
            for part in leaves(message):
                kind = part.get_content_type()
                name = {"text/plain": "text", "text/html": "html"}.get(kind)
                inline = part.get_content_disposition() != "attachment" and part.get_filename() is None
                if name and inline and found[name] is None:
                    found[name] = text(part)
                else:
                    found["attachments"].append(kind)
            try:
                found["subject"] = str(message["subject"] or "")
                found["to"] = [a.addr_spec for a in message["to"].addresses] if message["to"] else []
            except Exception:
                continue
            found["path"] = path
            print(json.dumps(found))
        """

    @Test func areReadAsPythonReadsThem() async throws {
        let mailbox = try await ImapMailbox.make()
        try Folder.write(Self.reader, to: mailbox.files + "/reader.py")
        let python = try await ChildProcess(
            command: "exec /usr/bin/python3 reader.py \(samples ?? "")",
            environment: ["PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"], workingDirectory: mailbox.files,
            scratch: try Folder.temporary()
        ).run()
        let expected = try python.output.split(separator: "\n").map { try JSON.parse(String($0)) }
        #expect(expected.count > 30, "\(python.errors)")
        for sample in expected {
            let path = sample["path"]?.stringValue ?? ""
            let name = path.split(separator: "/").last.map(String.init) ?? ""
            guard !Self.exceptions.contains(name) else { continue }
            let appended: Value
            do {
                appended = try await mailbox.here("email.append", ["file": .string(path), "duplicates": true])
            } catch let failure as Failure where failure.kind == .invalid && failure.code == nil {
                // One without any header is no message to put anywhere.
                continue
            }
            let uid = try #require(appended["uid"])
            let message = try await mailbox.here("email.fetch", ["uid": uid, "attachments_to": .string("out/\(name)")])
            #expect(message["subject"] == sample["subject"], "\(name)")
            let addresses = message["to"]?.listValue?.compactMap { $0["address"] }
            #expect(addresses == sample["to"]?.listValue, "\(name)")
            for kind in ["text", "html"] {
                #expect(trimmed(message[kind]) == trimmed(sample[kind]), "\(kind) of \(name)")
            }
            let types = message["attachments"]?.listValue?.compactMap { $0["media_type"] }
            #expect(types == sample["attachments"]?.listValue, "\(name)")
        }
        await mailbox.end()
    }

    /// The end of the last line belongs to the boundary for one, to the text for another.
    private func trimmed(_ text: Value?) -> String? {
        guard var text = text?.stringValue else { return nil }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
