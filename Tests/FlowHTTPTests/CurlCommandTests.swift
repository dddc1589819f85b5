import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Foundation
import Testing

/// Requests as commands of curl: as they read, and as a shell takes them.
@Suite struct CurlCommandTests {
    private let masker = Masker()

    private func text(_ request: HTTPRequest) -> String { CurlCommand(HTTPCall(request)).text(masker) }

    @Test func secretsBecomeVariables() {
        masker.add("fake-secret-value")
        let request = HTTPRequest(
            "POST", "https://api.example/v1/items?page=2&api_key=abc",
            headers: HTTPHeaders([
                ("Authorization", "Bearer fake-secret-value"), ("X-Shop", "it's"), ("Content-Type", "application/json"),
            ]), body: .bytes(Array(#"{"name":"x","password":"abc","note":"has fake-secret-value in it"}"#.utf8)))
        #expect(
            text(request)
                == "# percent-encode: API_KEY; escape as in JSON: PASSWORD, SECRET\n"
                + #"curl -sS -g --path-as-is -X POST -H 'Authorization: Bearer '"${AUTHORIZATION}" "#
                + #"-H 'X-Shop: it'\''s' -H 'Content-Type: application/json' "#
                + #"--data-raw '{"name":"x","password":"'"${PASSWORD}"'","note":"has '"${SECRET}"' in it"}' "#
                + #"'https://api.example/v1/items?page=2&api_key='"${API_KEY}""#)
    }

    @Test func anAddressIsWrittenAsItIsSent() {
        masker.add("größtes-geheimnis")
        #expect(
            text(HTTPRequest("GET", "https://ada:x@bücher.example/größe/größtes-geheimnis?q=é&token=ü"))
                == "# percent-encode: PASSWORD, SECRET, TOKEN\n"
                + #"curl -sS -g --path-as-is 'https://ada:'"${PASSWORD}"'@bücher.example/gr%C3%B6%C3%9Fe/'"${SECRET}""#
                + #"'?q=%C3%A9&token='"${TOKEN}""#)
    }

    @Test func aRedirectIsFollowedWhereCurlDoesItLikewise() {
        func follows(
            _ method: String = "GET", header: String = "Authorization", route: HTTPRoute = HTTPRoute(),
            wasRedirected: Bool = true
        ) -> Bool {
            var request = HTTPRequest(method, "https://h/x", headers: HTTPHeaders([(header, "fake")]))
            request.secrets.add(header: "X-Shop")
            let call = HTTPCall(request, maximumRedirects: 3, route: route)
            return CurlCommand(call, wasRedirected: wasRedirected).text(masker).contains(" -L --max-redirs 3 ")
        }
        #expect(follows() && follows("HEAD"))
        #expect(!follows(wasRedirected: false))
        #expect(!follows("POST") && !follows("DELETE"))
        #expect(!follows(header: "X-Shop") && !follows(header: "X-Api-Key"))
        #expect(!follows(route: HTTPRoute(unixSocket: "/run/a.sock")))
        #expect(!follows(route: HTTPRoute(clientCertificate: .init(certificate: "/c.pem"))))
    }

    @Test(arguments: [("/there", true), ("/", false)])
    func theAttemptKnowsWhetherItWasRedirected(target: String, isFollowed: Bool) async throws {
        let server = try FaultServer { $0.path == "/" && isFollowed ? .redirect(to: target) : .status(404) }
        let log = RecordedLog()
        let call = HTTPCall(
            HTTPRequest("GET", server.url + "/"),
            classify: { HTTPStatusTable.failure(for: $0, effect: .read, now: Timestamp(seconds: 0)) }, log: log)
        _ = await failure {
            _ = try await RetryingClient(CurlClient(), clock: ManualClock(), random: SeededRandom()).send(call)
        }
        let command = try #require(log.attempts.first?.command).text(masker)
        #expect(command == "curl -sS -g --path-as-is \(isFollowed ? "-L --max-redirs 10 " : "")'\(server.url)/'")
    }

    @Test func partsWithNamesOfSecretsBecomeVariables() {
        let form = MultipartBody(boundary: "b")
        let body = form.body([("title", .text("it")), ("password", .text("short\r\n\r\nand long"))])
        #expect(
            text(
                HTTPRequest(
                    "POST", "https://h/x", headers: HTTPHeaders([("Content-Type", form.contentType)]), body: body))
                == "curl -sS -g --path-as-is -X POST -H 'Content-Type: multipart/form-data; boundary=b' --data-raw "
                + "'--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nit\r\n"
                + "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n'\"${PASSWORD}\"'\r\n--b--\r\n' "
                + "'https://h/x'")
    }

    @Test func aPasswordInTheAddressBecomesAVariable() {
        #expect(
            text(HTTPRequest("GET", "http://ada:pw@h/a@b?c=d@e"))
                == "# percent-encode: PASSWORD\n"
                + #"curl -sS -g --path-as-is 'http://ada:'"${PASSWORD}"'@h/a@b?c=d@e'"#)
        #expect(
            text(HTTPRequest("GET", "http://t0ken@h/"))
                == "# percent-encode: TOKEN\n" + #"curl -sS -g --path-as-is 'http://'"${TOKEN}"'@h/'"#)
    }

    @Test func markedSecretsBecomeVariablesHoweverShortTheyAre() {
        var request = HTTPRequest(
            "POST", "https://h/x?page=2&room%20no=s1", headers: HTTPHeaders([("Content-Type", "application/json")]),
            body: .bytes(Array(#"{"shop":"s","door":{"digits":[1,2]}}"#.utf8)))
        request.secrets.add(parameter: "room no")
        request.secrets.add(inBody: ["shop": "s", "door": ["digits": .secret([1, 2])]])
        #expect(
            text(request)
                == "# percent-encode: ROOM_NO; escape as in JSON: DIGITS\n"
                + #"curl -sS -g --path-as-is -X POST -H 'Content-Type: application/json' "#
                + #"--data-raw '{"shop":"s","door":{"digits":"'"${DIGITS}"'"}}' 'https://h/x?page=2&room%20no='"${ROOM_NO}""#
        )
        request.headers["Content-Type"] = "application/x-www-form-urlencoded"
        request.body = .bytes(Array("shop=s&digits=12".utf8))
        #expect(text(request).contains(#"--data-raw 'shop=s' --data-urlencode 'digits='"${DIGITS}" "#))
    }

    @Test func aBodyWhoseSecretsHaveNoNamesIsOneVariable() {
        let type = ("Content-Type", "text/plain")
        var request = HTTPRequest(
            "PUT", "https://h/x", headers: HTTPHeaders([type]), body: .bytes(Array("say pw".utf8)))
        request.secrets.add(inBody: .secret("say pw"))
        let whole = #"curl -sS -g --path-as-is -X PUT -H 'Content-Type: text/plain' --data-raw "${BODY}" 'https://h/x'"#
        #expect(text(request) == whole)
        // JSON that isn't sent as such: its members can't be told apart.
        request.secrets = SecretPlaces()
        request.secrets.add(inBody: ["door": .secret("12")])
        request.body = .bytes(Array(#"{"door":"12"}"#.utf8))
        #expect(text(request) == whole)
    }

    @Test func aSecretOfTwoWordsIsNotTakenForAScheme() {
        let request = HTTPRequest(
            "GET", "https://h/x", headers: HTTPHeaders([("Authorization", "open sesame"), ("X-Door", "open it")]),
            secrets: SecretPlaces(headers: ["X-Door"]))
        #expect(
            text(request)
                == #"curl -sS -g --path-as-is -H 'Authorization: '"${AUTHORIZATION}" -H 'X-Door: '"${X_DOOR}" 'https://h/x'"#
        )
    }

    @Test func placeOfAKeyIsAVariable() {
        let route = HTTPRoute(clientCertificate: .init(certificate: "/home/me/own.pem", key: "/home/me/own.key"))
        #expect(
            CurlCommand(HTTPCall(HTTPRequest("GET", "https://h/x"), route: route)).text(masker)
                == "curl -sS -g --path-as-is --cert '/home/me/own.pem' --key \"${KEY_FILE}\" 'https://h/x'")
    }

    @Test func longBodyIsNotKept() {
        let body = HTTPBody.bytes([UInt8](repeating: 0x61, count: 20_000))
        #expect(
            text(HTTPRequest("PUT", "https://h/x", body: body))
                == """
                # its body of 20000 bytes is not kept: put it into the file BODY
                curl -sS -g --path-as-is -X PUT -H 'Content-Type:' --data-binary @BODY 'https://h/x'
                """)
    }

    /// What the shell makes of it must reach the server as the request says it.
    @Test func aShellSendsTheSameRequest() async throws {
        let server = try FaultServer(replies: [.text("ok")])
        let folder = TemporaryFolder()
        let file = try folder.write("it's a file.bin", [0, 1, 2, 0xFF])
        let json = ("Content-Type", "application/json")
        let requests = [
            HTTPRequest("GET", server.url + "/a?x=%20'y'&z=[1]"),
            HTTPRequest(
                "DELETE", server.url + "/../b", headers: HTTPHeaders([("X-Empty", ""), ("X-Quote", "'$HOME`")])),
            HTTPRequest("HEAD", server.url + "/c"),
            HTTPRequest("POST", server.url + "/d"),
            HTTPRequest(
                "POST", server.url + "/e", headers: HTTPHeaders([json]), body: .bytes(Array("@{\"é\\n\":1}".utf8))),
            HTTPRequest("PUT", server.url + "/f", body: .bytes([0, 0x25, 0x73, 0x5C, 0x27, 0x0A, 0xFF])),
            HTTPRequest("PUT", server.url + "/g", body: .file(path: file)),
            HTTPRequest(
                "POST", server.url + "/h",
                body: .parts([
                    .bytes(Array("--b'%s\r\n".utf8)), .file(path: file), .file(path: file, offset: 1, length: 2),
                    .bytes([]), .bytes(Array("\r\n--b--\r\n".utf8)),
                ])),
        ]
        for request in requests {
            let result = try await shell(text(request), folder)
            #expect(result.exit == 0, "\(result.errors)")
        }
        #expect(server.requests.count == requests.count)
        for (sent, request) in zip(server.requests, requests) {
            #expect(sent.method == request.method)
            #expect(server.url + sent.target == request.url)
            #expect(sent.body == (try content(request.body)))
            #expect(sent.headers["content-type"] == request.headers["content-type"])
            for field in request.headers.fields { #expect(sent.headers[field.name] == field.value) }
        }
    }

    @Test func aShellFillsInTheSecrets() async throws {
        masker.add("fake-secret-value")
        let server = try FaultServer(replies: [.text("ok")])
        let folder = TemporaryFolder()
        let request = HTTPRequest(
            "POST", server.url + "/x?token=fake-secret-value",
            headers: HTTPHeaders([("Authorization", "Bearer fake-secret-value"), ("Content-Type", "text/plain")]),
            body: .bytes(Array("say fake-secret-value".utf8)))
        let command = text(request)
        #expect(!command.contains("fake-secret-value"))
        let values = ["AUTHORIZATION", "TOKEN", "SECRET"].map { "\($0)=fake-secret-value; " }.joined()
        let result = try await shell(values + command, folder)
        #expect(result.exit == 0)
        let sent = server.requests[0]
        #expect(sent.target == "/x?token=fake-secret-value")
        #expect(sent.headers["authorization"] == "Bearer fake-secret-value")
        #expect(sent.text == "say fake-secret-value")
    }

    /// Whatever a service or a file wrote into a request must stay a text of it.
    @Test func contentIsNoCommand() async throws {
        masker.add("fake-secret-value")
        let server = try FaultServer(replies: [.text("ok")])
        let folder = TemporaryFolder()
        let hostile = [
            "\u{F8F0}x}$(touch pwned)${y\u{F8F1}", "\u{F8F1}x}$(touch pwned)${y\u{F8F0}",
            "'\u{301}$(touch pwned)'\u{301}",
            "`touch pwned`", "'; touch pwned; '", "\"$(touch pwned)\"", "${IFS}\n# x\ntouch pwned\n",
            "\\'$(touch pwned)",
            "fake-secret-value\u{301}$(touch pwned)'", "-o pwned", "@pwned",
        ]
        for text in hostile {
            let file = try folder.write("a'$(touch pwned)b", [1])
            let line = String(text.filter { !$0.isNewline })
            let json = JSON.text(["password": "x", "note": .string(text), "\(text) token": .string(text)])
            let escaped = json.unicodeScalars.map { scalar in
                scalar.value < 0x80 ? String(scalar) : scalar.utf16.map { "\\u" + String($0, radix: 16) }.joined()
            }.joined()
            let form = "note=\(PercentEncoding.encodeForm(text))&password=x&\(text)=\(text)&\(text) token=\(text)"
            let address = server.url + "/a?note=\(line)&token=x&'\(line)' token=\(line)#\(line)"
            let type = "Content-Type"
            var requests = [
                HTTPRequest("GET", address),
                HTTPRequest("GET", server.url, headers: HTTPHeaders([("X-Note", line), ("X-Token", line)])),
                HTTPRequest(
                    "POST", server.url, headers: HTTPHeaders([(type, "application/json")]),
                    body: .bytes(Array(json.utf8))),
                HTTPRequest(
                    "POST", server.url, headers: HTTPHeaders([(type, "application/json")]),
                    body: .bytes(Array(escaped.utf8))),
                HTTPRequest(
                    "POST", server.url, headers: HTTPHeaders([(type, "application/x-www-form-urlencoded")]),
                    body: .bytes(Array(form.utf8))),
                HTTPRequest("POST", server.url, body: .file(path: file)),
                HTTPRequest("POST", server.url, body: .parts([.bytes(Array(text.utf8)), .file(path: file)])),
                HTTPRequest(
                    "POST", server.url,
                    body: MultipartBody(boundary: "b").body([(text, .text(text)), ("\(text) password", .text(text))])),
            ]
            requests[0].secrets.add(inPath: "a")
            for request in requests { _ = try await shell(self.text(request), folder) }
            for route in [
                HTTPRoute(proxy: line), HTTPRoute(proxy: "@" + line), HTTPRoute(unixSocket: line, caFile: line),
            ] {
                let call = HTTPCall(HTTPRequest("GET", server.url), route: route)
                _ = try await shell(CurlCommand(call).text(masker), folder)
            }
        }
        #expect(!folder.names.contains("pwned"))
        let notes = server.requests.filter { $0.headers["content-type"] == "application/json" }.map {
            $0.json?.mapValue?["note"]
        }
        #expect(notes.prefix(2) == [.string(hostile[0]), .string(hostile[0])])
    }

    /// As the user knows it, not as it stood in the request.
    @Test func aShellEncodesTheSecretsOfAForm() async throws {
        let server = try FaultServer(replies: [.text("ok")])
        let secret = #"a&b=c+d "e" é"#
        let request = HTTPRequest(
            "POST", server.url, headers: HTTPHeaders([("Content-Type", "application/x-www-form-urlencoded")]),
            body: .bytes(Array("shop=s&password=\(PercentEncoding.encodeForm(secret))&page=1".utf8)))
        let result = try await shell("PASSWORD='\(secret)'; " + text(request), TemporaryFolder())
        #expect(result.exit == 0, "\(result.errors)")
        // Some versions of curl write a space one way, some the other.
        #expect(
            server.requests[0].text.replacing("+", with: "%20")
                == "shop=s&password=\(PercentEncoding.encode(secret))&page=1")
    }

    @Test func encryptedProxyHasItsAuthorities() {
        let route = HTTPRoute(proxy: "https://proxy.test:3128", caFile: "/ca.pem")
        #expect(
            CurlCommand(HTTPCall(HTTPRequest("GET", "https://h/x"), route: route)).text(masker)
                == "curl -sS -g --path-as-is --proxy 'https://proxy.test:3128' --proxy-cacert '/ca.pem' --noproxy '' "
                + "--cacert '/ca.pem' 'https://h/x'")
    }

    /// curl leaves out a field of blanks, and goes straight to a host that the variables exempt.
    @Test func curlSendsWhatIsBlankAndUsesTheProxy() async throws {
        let proxy = try FaultServer(replies: [.text("ok")])
        let call = HTTPCall(
            HTTPRequest("GET", "http://127.0.0.1:1/x", headers: HTTPHeaders([("X-A", " ")])),
            route: HTTPRoute(proxy: proxy.url))
        let result = try await shell("export no_proxy='*'; " + CurlCommand(call).text(masker), TemporaryFolder())
        #expect(result.output == "ok", "\(result.errors)")
        #expect(proxy.requests.first?.target == "http://127.0.0.1:1/x")
        #expect(proxy.requests.first?.headers["x-a"] == "")
    }

    private func shell(_ command: String, _ folder: TemporaryFolder) async throws -> ChildProcess.Result {
        try await ChildProcess(
            command: command, environment: ["PATH=/usr/bin:/bin"], workingDirectory: folder.path, scratch: folder.path
        ).run()
    }

    private func content(_ body: HTTPBody) throws -> [UInt8] {
        switch body {
        case .none: []
        case .bytes(let bytes): bytes
        case .parts(let parts): try parts.flatMap(content)
        case .file(let path, let offset, let length):
            Array(
                try Data(contentsOf: URL(fileURLWithPath: path)).dropFirst(Int(offset)).prefix(Int(length ?? .max >> 1))
            )
        }
    }
}
