import FlowCore
import FlowNodes
import FlowSpec
import FlowTestKit
import Testing

/// Texts, files and limits of `http.request`.
@Suite struct HTTPBodyTests {
    private func answer(_ bytes: [UInt8], type: String?) -> ScriptedHTTP {
        ScriptedHTTP { call in
            HTTPResponse(
                status: 200, headers: HTTPHeaders(type.map { [("Content-Type", $0)] } ?? []), body: .bytes(bytes),
                url: call.request.url)
        }
    }

    private func body(_ bytes: [UInt8], _ type: String?, as format: String = "auto") async throws -> Value? {
        try await runNode(
            "http.request", ["url": "http://h/x", "as": .string(format)], http: answer(bytes, type: type))["body"]
    }

    @Test func otherCharacterSetsAreRead() async throws {
        #expect(try await body([0x67, 0xFC, 0x6E], "text/plain; charset=ISO-8859-1") == "gün")
        #expect(try await body([0xFF, 0xFE, 0x41, 0], "text/csv") == "A")
        #expect(try await body([0x22, 0, 0xE9, 0, 0x22, 0], "application/json; charset=utf-16le") == "é")
        #expect(try await body([0x67, 0xFC], "text/plain") == .bytes([0x67, 0xFC]))
    }

    @Test func textThatCannotBeRead() async throws {
        let outcome = await failure { try await body([0x67, 0xFC], "text/plain", as: "text") }
        #expect(outcome?.kind == .protocolError)
        #expect(outcome?.code == "invalid_text")
        #expect(outcome?.message == "h sent text that can't be read as utf-8")
        #expect(outcome?.hint == "read it with as: bytes")
    }

    @Test func emptyBodies() async throws {
        #expect(try await body([], "application/json") == .null)
        #expect(try await body([], "text/plain") == "")
        #expect(try await body([], nil, as: "json") == .null)
    }

    @Test func jsonWithSomethingBehindIt() async throws {
        let outcome = await failure { try await body(Array("{}x".utf8), "application/json") }
        #expect(outcome?.code == "invalid_json")
    }

    @Test(arguments: ["auto", "json"]) func jsonThatIsNotUTF8(format: String) async throws {
        let bytes = Array("{\"name\":\"Jos".utf8) + [0xE9] + Array("\"}".utf8)
        let outcome = await failure { try await body(bytes, "application/json", as: format) }
        #expect(outcome?.kind == .protocolError)
        #expect(outcome?.code == "invalid_json")
        #expect(
            outcome?.message
                == "h sent JSON that can't be read: invalid JSON at line 1, column 13: a byte here is not UTF-8")
        #expect(outcome?.hint == "read it with as: bytes to see what it is")
    }

    @Test func headBringsNoFile() async throws {
        let outcome = await failure {
            try await runNode("http.request", ["url": "http://h/x", "method": "HEAD", "to": "x"])
        }
        #expect(outcome?.kind == .invalid)
        #expect(
            outcome?.message == "http.request: parameter \"to\" is for a file, which the answer to HEAD doesn't bring")
        #expect(outcome?.hint == "use GET, or leave \"to\" out")
    }

    @Test func answerWithoutContentBringsNoFile() async throws {
        func objection(ok: Value) async throws -> Failure? {
            let http = ScriptedHTTP { _ in HTTPResponse(status: 204) }
            _ = await failure {
                try await runNode("http.request", ["url": "http://h/x", "to": "x", "ok": ok], http: http)
            }
            return http.calls.first?.classify?(HTTPResponse(status: 204))
        }
        let outcome = try await objection(ok: .null)
        #expect(outcome?.kind == .protocolError)
        #expect(outcome?.message == "the server answered 204, which brings no file")
        #expect(outcome?.hint == "add 204 to ok to go on without one")
        #expect(try await objection(ok: [204]) == nil)
    }

    @Test func aLimitThatIsTooLowNamesItsParameter() async throws {
        let http = ScriptedHTTP { _ in
            throw Failure(.protocolError, "the answer of h is longer than 5 bytes", hint: "ask", code: "too_large")
        }
        let outcome = await failure {
            try await runNode("http.request", ["url": "http://h/x", "max_bytes": 5], http: http)
        }
        #expect(outcome?.hint == "raise max_bytes, or stream the answer to a file with \"to\"")
        guard case .memory(limit: 5) = http.calls.first?.destination else {
            Issue.record("the limit did not reach the call")
            return
        }
    }

    @Test func digestsGoWithFiles() async throws {
        let http = answer([], type: nil)
        let alone = await failure {
            try await runNode("http.request", ["url": "http://h/x", "digest": "sha256:00"], http: http)
        }
        #expect(alone?.message == "http.request: parameter \"digest\" is for a file")
        #expect(alone?.hint == "say with \"to\" which one")
        let wrong = await failure {
            try await runNode("http.request", ["url": "http://h/x", "to": "/tmp/x", "digest": "abc"], http: http)
        }
        #expect(wrong?.message == "http.request: parameter \"digest\" is not a digest")
        #expect(wrong?.hint == "write sha256: and 64 hexadecimal digits, or sha512: and 128")
        #expect(http.calls.isEmpty)
    }

    /// The body of a form with these parts, with `FIELD` for what begins each, and its files in angle brackets.
    private func form(_ parts: Value) async throws -> String {
        let http = answer(Array("{}".utf8), type: "application/json")
        _ = try await runNode(
            "http.request", ["url": "http://h/x", "method": "POST", "multipart": parts], http: http)
        let request = try #require(http.calls.first?.request)
        let type = try #require(request.headers["content-type"])
        let boundary = try #require(type.split(separator: "=").last)
        #expect(type.hasPrefix("multipart/form-data; boundary=flowctl-"))
        guard case .parts(let parts) = request.body else {
            Issue.record("the body has no parts")
            return ""
        }
        let text = parts.map { part -> String in
            switch part {
            case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
            case .file(let path, _, _): "<\(path)>"
            default: "?"
            }
        }.joined()
        let end = "--\(boundary)--\r\n"
        #expect(text.hasSuffix(end))
        return String(text.dropLast(end.count)).replacing(
            "--\(boundary)\r\nContent-Disposition: form-data; name=", with: "FIELD ")
    }

    @Test func partsAreTextAndFiles() async throws {
        let text = try await form([
            "title": "a \"b\"", "left_out": nil, "count": 3,
            "upload": ["file": "/data/report.pdf", "name": "r\".pdf", "type": "application/pdf"],
        ])
        #expect(
            text == "FIELD \"title\"\r\n\r\na \"b\"\r\nFIELD \"count\"\r\n\r\n3\r\n"
                + "FIELD \"upload\"; filename=\"r%22.pdf\"\r\nContent-Type: application/pdf\r\n\r\n"
                + "</data/report.pdf>\r\n")
    }

    @Test func aListIsAPartForEachItem() async throws {
        let text = try await form(["f": [["file": "/a.txt"], nil, ["file": "/b.txt"]], "t": ["x", 2], "none": []])
        let type = "Content-Type: application/octet-stream"
        #expect(
            text == "FIELD \"f\"; filename=\"a.txt\"\r\n\(type)\r\n\r\n</a.txt>\r\n"
                + "FIELD \"f\"; filename=\"b.txt\"\r\n\(type)\r\n\r\n</b.txt>\r\n"
                + "FIELD \"t\"\r\n\r\nx\r\nFIELD \"t\"\r\n\r\n2\r\n")
    }

    @Test func aListInHeadersRepeatsTheField() async throws {
        let http = answer([], type: nil)
        _ = try await runNode(
            "http.request", ["url": "http://h/x", "headers": ["X-L": ["a", nil, 2], "X-M": []]], http: http)
        #expect(http.calls[0].request.headers.fields.map { "\($0.name): \($0.value)" } == ["X-L: a", "X-L: 2"])
    }

    @Test func partsThatAreMistaken() async throws {
        let http = answer([], type: nil)
        func message(_ part: Value) async -> String? {
            await failure {
                try await runNode(
                    "http.request", ["url": "http://h/x", "method": "POST", "multipart": ["p": part]], http: http)
            }?.message
        }
        #expect(
            await message(["file": "a", "mime": "b"]) == "http.request: the part \"p\" has an unknown key \"mime\"")
        #expect(await message(["file": 1]) == "http.request: the file of the part \"p\" is not a path")
        #expect(await message(["a": 1]) == "http.request: the part \"p\" is a map without a file")
        #expect(await message([["file": "a"], ["b"]]) == "http.request: the part \"p\" is a list in a list")
        #expect(http.calls.isEmpty)
    }
}
