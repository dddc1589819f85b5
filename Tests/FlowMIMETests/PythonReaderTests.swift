import FlowCore
import FlowCrypto
import FlowMIME
import FlowTestKit
import Testing

private let hasPython = ["/usr/local/bin", "/usr/bin"].contains { Folder.exists($0 + "/python3") }

/// Messages as another program reads them: Python's own parser, which lists whatever is against the standards.
@Suite(.enabled(if: hasPython, "there is no python3"))
struct PythonReaderTests {
    private static let reader = """
        import email, email.policy, hashlib, json, sys

        def look(path):
            data = open(path, "rb").read()
            message = email.message_from_bytes(data, policy=email.policy.default)
            defects = [str(d) for part in message.walk() for d in part.defects]
            for part in message.walk():
                for name, value in part.items():
                    defects += [f"{name}: {d}" for d in getattr(value, "defects", [])]
            parts = []
            for part in message.walk():
                entry = {"type": part.get_content_type()}
                if not part.is_multipart():
                    entry["digest"] = hashlib.sha256(part.get_payload(decode=True)).hexdigest()
                    if part.get_content_maintype() == "text" and not part.get_filename():
                        entry["text"] = part.get_content().replace("\\r\\n", "\\n").removesuffix("\\n")
                if part.get_filename(): entry["name"] = part.get_filename()
                if part["content-id"]: entry["id"] = part["content-id"]
                parts.append(entry)
            def addresses(name):
                return [[a.display_name, a.addr_spec] for a in message[name].addresses] if message[name] else []
            return {
                "defects": defects, "headers": {name.lower(): str(value) for name, value in message.items()},
                "parts": parts, "from": addresses("from"), "to": addresses("to"), "cc": addresses("cc"),
                "groups": [g.display_name for g in message["cc"].groups] if message["cc"] else [],
                "longest": max(map(len, data.split(b"\\r\\n"))), "bare": data.replace(b"\\r\\n", b"").count(b"\\n"),
                "ascii": data.isascii(),
            }

        json.dump([look(path) for path in sys.argv[1:]], sys.stdout)
        """

    private func read(_ messages: [Value], files: [String: [UInt8]] = [:]) async throws -> [Value] {
        let folder = TemporaryFolder()
        try Folder.write(Self.reader, to: folder.file("reader.py"))
        for (index, message) in messages.enumerated() {
            try Folder.write(try TestMessage(files: files).bytes(message), to: folder.file("m\(index)"))
        }
        let names = messages.indices.map { "m\($0)" }.joined(separator: " ")
        let result = try await ChildProcess(
            command: "python3 reader.py \(names)", environment: ["PATH=/usr/local/bin:/usr/bin:/bin"],
            workingDirectory: folder.path, scratch: folder.path
        ).run()
        #expect(result.errors == "")
        let all = try #require(try JSON.parse(result.output).listValue)
        #expect(all.count == messages.count)
        for (index, read) in all.enumerated() {
            #expect(read["defects"] == [], "\(messages[index])")
            #expect(read["bare"] == 0)
            #expect(read["ascii"] == true)
            #expect(try #require(read["longest"]?.intValue) <= 78)
        }
        return all
    }

    private static let texts = [
        "Report", "Größe 😀", "日本語の件名がここにあります。とても長いので折り返されます。そしてさらに続きます。", " spaces  at both ends ",
        "=?UTF-8?B?bm90IGVuY29kZWQ=?=", "quotes \" and \\ backslashes", "tab? no: , ; : < > @ ( ) [ ]", "👨‍👩‍👧‍👦 family",
        String(repeating: "a long line of words ", count: 30).trimmed,
        "مرحبا بالعالم", "e\u{301} in two parts", "a.b", "-- ", ".", "From here", "100 % = hundred",
    ]

    @Test func subjectsAndNamesComeBack() async throws {
        let all = try await read(
            Self.texts.map { text in
                [
                    "from": ["name": .string(text), "address": "ada@example.com"], "to": "grace@example.com",
                    "subject": .string(text), "headers": ["X-Own": .string(text)], "text": .string(text),
                ]
            })
        for (text, read) in zip(Self.texts, all) {
            #expect(read["headers"]?["subject"] == .string(text))
            #expect(read["headers"]?["x-own"] == .string(text))
            // Python leaves spaces between the encoded words of a name, which are not meant (RFC 2047, 6.2).
            let name = read["from"]?.listValue?.first?.listValue?.first?.stringValue
            #expect(name?.replacing(" ", with: "") == text.replacing(" ", with: ""))
            #expect(read["parts"]?.listValue?.first?["text"] == .string(text))
        }
    }

    @Test func namesOfFilesComeBack() async throws {
        let files =
            Self.texts + [
                "Bericht März.csv", "a b.txt", "résumé (1).pdf", String(repeating: "Ä", count: 120) + ".xlsx",
            ]
        let all = try await read(
            files.map { name in
                [
                    "from": "ada@example.com", "to": "grace@example.com", "text": "x",
                    "attachments": [
                        "content": .bytes([0, 255, 10, 13]), "name": .string(name), "media_type": "image/png",
                    ],
                ]
            })
        for (name, read) in zip(files, all) {
            let parts = try #require(read["parts"]?.listValue)
            #expect(parts.map { $0["type"] } == ["multipart/mixed", "text/plain", "image/png"])
            // Python drops spaces at the ends.
            #expect(parts[2]["name"] == .string(name.trimmed))
        }
    }

    @Test func aTreeOfPartsComesBack() async throws {
        let image = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let all = try await read(
            [
                [
                    "from": "Ada <ada@example.com>",
                    "to": ["grace@example.com", ["name": "Zoë", "address": "z@müller.de"]],
                    "cc": "\"The Team\": bob@example.com, Eve <eve@example.com>;", "subject": "s",
                    "references": .list((0..<40).map { .string("<\($0).abcdefghijklmnop@mail.example.com>") }),
                    "text": "Grüße\n.\n..\nFrom me\n", "html": "<p>Grüße</p>",
                    "attachments": [
                        ["file": "/i.png", "content_id": "logo"], "/i.png", ["content": "a,b", "name": "t.csv"],
                    ],
                ]
            ], files: ["/i.png": image])
        let read = all[0]
        let parts = try #require(read["parts"]?.listValue)
        #expect(
            parts.map { $0["type"]?.stringValue ?? "" } == [
                "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
                "image/png", "text/csv",
            ])
        #expect(parts[2]["text"] == "Grüße\n.\n..\nFrom me")
        #expect(parts[5]["id"] == "<logo>")
        #expect(parts[5]["digest"] == .string(Hexadecimal.encode(try Digest.sha256(image))))
        #expect(parts[5]["digest"] == parts[6]["digest"])
        #expect(read["to"] == [["", "grace@example.com"], ["Zoë", "z@xn--mller-kva.de"]])
        #expect(read["cc"] == [["", "bob@example.com"], ["Eve", "eve@example.com"]])
        #expect(read["groups"] == ["The Team"])
        #expect(read["headers"]?["references"]?.stringValue?.split(separator: " ").count == 40)
    }

    /// Any text, in any place.
    @Test func whateverTheTextsAre() async throws {
        let random = SeededRandom()
        let alphabet = "aA0 \t.,;=?_\"\\<>()@:ÄéßЖ中😀\n".map(String.init) + ["  ", "=?", "\u{200D}", "\u{AD}"]
        func text(_ most: Int, lines: Bool) -> String {
            let number = random.bytes(2)
            let count = (Int(number[0]) << 8 | Int(number[1])) % most
            var text = ""
            for byte in random.bytes(count) {
                let piece = alphabet[Int(byte) % alphabet.count]
                if lines || piece != "\n" && piece != "\t" { text += piece }
            }
            return text
        }
        var messages: [Value] = []
        for _ in 0..<60 {
            messages.append([
                "from": ["name": .string(text(80, lines: false)), "address": "ada@example.com"], "to": "b@example.com",
                "subject": .string(text(200, lines: false)), "text": .string(text(2000, lines: true)),
                "attachments": [
                    "content": .string(text(300, lines: true)), "name": .string("n" + text(90, lines: false)),
                ],
            ])
        }
        for (message, read) in zip(messages, try await read(messages)) {
            #expect(read["headers"]?["subject"] == message["subject"])
            #expect(
                read["parts"]?.listValue?[2]["name"]?.stringValue
                    == message["attachments"]?["name"]?.stringValue?.trimmed)
            #expect(
                read["parts"]?.listValue?[1]["text"]?.stringValue?.trimmingLastLine
                    == message["text"]?.stringValue?.trimmingLastLine)
        }
    }
}

extension String {
    /// Python's reader leaves out the line break at the end.
    fileprivate var trimmingLastLine: Substring { hasSuffix("\n") ? dropLast() : self[...] }
}
