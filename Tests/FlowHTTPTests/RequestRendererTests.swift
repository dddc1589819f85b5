import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Testing

@Suite struct RequestRendererTests {
    private func text(_ request: HTTPRequest, secrets: [String] = []) -> String {
        let masker = Masker()
        for secret in secrets { masker.add(secret) }
        return RequestRenderer.text(request, masker: masker)
    }

    @Test func jsonIsSpreadAndSecretsAreHidden() {
        let request = HTTPRequest(
            "POST", "https://api.example/v1/messages?sig=fake&tag=fake-place",
            headers: HTTPHeaders([
                ("Authorization", "Bearer x"), ("x-api-key", "y"), ("Content-Type", "application/json"),
            ]), body: .bytes(Array(#"{"channel":"C1","note":"has fake-password in it"}"#.utf8)))
        #expect(
            text(request, secrets: ["fake-place", "fake-password"]) == """
                POST https://api.example/v1/messages?sig=***&tag=***
                Authorization: ***
                x-api-key: ***
                Content-Type: application/json

                {
                  "channel": "C1",
                  "note": "has *** in it"
                }
                """)
    }

    @Test func bodilessRequestIsOneLine() {
        #expect(text(HTTPRequest("GET", "https://api.example/")) == "GET https://api.example/")
    }

    @Test func filesAndBytesAreNamedNotShown() {
        let body = HTTPBody.parts([
            .bytes(Array("--b\r\n\r\n".utf8)), .file(path: "/data/a.bin"), .file(path: "/data/b.bin", offset: 5),
            .file(path: "/data/c.bin", offset: 0, length: 9), .bytes([0xFF, 0xFE]),
        ])
        #expect(
            text(HTTPRequest("PUT", "https://api.example/", body: body)) == """
                PUT https://api.example/

                --b

                (the file /data/a.bin)(the file /data/b.bin, from byte 5)\
                (the file /data/c.bin, 9 bytes from byte 0)(2 bytes)
                """)
    }

    @Test func controlCharactersDoNotReachTheTerminal() {
        let request = HTTPRequest("POST", "https://api.example/", body: .bytes(Array("a\u{1B}[31mb".utf8)))
        #expect(!text(request).contains("\u{1B}"))
    }
}
