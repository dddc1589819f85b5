import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Testing

/// Signature version 4: that of headers, and that of addresses.
@Suite struct SignatureTests {
    private static let head = """
        auth:
          acme_key:
            type: aws_sigv4
            service: s3
            bucket_in_host: ${{ has(credential.in_host) && credential.in_host == "true" }}
            base: "${{ credential.site }}"
            fields:
              access_key_id: {}
              secret_access_key: { secret: true }
              session_token: { secret: true, required: false }
              region: {}
              site: {}
              in_host: { required: false }
        """

    private static let operations = """
          send:
            summary: Send.
            effect: write
            request: PUT /{bucket}/{+key}
            params:
              bucket: { type: string, required: true }
              key: { type: string, required: true }
            headers: { Content-Type: text/plain, x-amz-meta-test: v1, x-amz-meta-test-two: v2, x-amz-storage-class: STANDARD }
            body: Welcome to flowctl
          store:
            summary: Store.
            effect: write
            request: PUT /b/k
            params: { file: { type: file, required: true } }
            body: ${{ params.file }}
          list:
            summary: List.
            effect: read
            request: GET /{bucket}/
            params:
              bucket: { type: string, required: true }
              list_type: { type: int, as: list-type }
              prefix: { type: string }
              max_keys: { type: int, as: max-keys }
              delimiter: { type: string }
          begin:
            summary: Begin.
            effect: write
            request: POST /{bucket}/{+key}?uploads
            params: { bucket: { type: string, required: true }, key: { type: string, required: true } }
          get:
            summary: Get.
            effect: read
            request: GET /{bucket}/{+key}
            params: { bucket: { type: string, required: true }, key: { type: string, required: true } }
          presign:
            summary: Sign an address.
            effect: read
            request: GET /{bucket}/{+key}
            presign: { expires: "${{ params.expires }}", method: "${{ params.method }}" }
            params:
              bucket: { type: string, required: true }
              key: { type: string, required: true }
              expires: { type: any }
              method: { type: string }
        """

    private static func credential(
        _ site: String, region: String = "eu-central-1", token: String? = nil, inHost: Bool = true
    ) -> Credential {
        var fields = ValueMap([
            ("access_key_id", "AKIDEXAMPLE"),
            ("secret_access_key", .secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")),
            ("region", .string(region)), ("site", .string(site)), ("in_host", .string(String(inHost))),
        ])
        if let token { fields["session_token"] = .secret(.string(token)) }
        return Credential(name: "store", type: "acme_key", fields: fields)
    }

    /// As the published vectors have it.
    private static let time = Timestamp(seconds: 1_768_473_000)

    private func run(
        _ operation: String, _ arguments: [(String, Value)], _ credential: Credential,
        files: MemoryFiles = MemoryFiles(texts: [:])
    ) async throws -> (output: Value, requests: [HTTPRequest]) {
        try await TestConnector(Self.operations, head: Self.head).run(
            operation, ValueMap(arguments), credential: credential, files: files, now: Self.time)
    }

    private func signed(
        _ operation: String, _ arguments: [(String, Value)], _ credential: Credential
    ) async throws -> HTTPRequest { try #require(try await run(operation, arguments, credential).requests.first) }

    private static let site = "https://s3.eu-central-1.amazonaws.com"

    @Test func aListIsSignedAsPublished() async throws {
        let request = try await signed(
            "list",
            [
                ("bucket", "examplebucket"), ("list_type", 2), ("prefix", "photos/2026 a+b"), ("max_keys", 50),
                ("delimiter", "/"),
            ], Self.credential(Self.site))
        #expect(
            request.url
                == "https://examplebucket.s3.eu-central-1.amazonaws.com/"
                + "?delimiter=%2F&list-type=2&max-keys=50&prefix=photos%2F2026%20a%2Bb")
        #expect(request.headers["x-amz-date"] == "20260115T103000Z")
        #expect(
            request.headers["x-amz-content-sha256"]
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            request.headers["Authorization"]
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260115/eu-central-1/s3/aws4_request, "
                + "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
                + "Signature=45b546de45d928aa02b0024d62b7e65b2f3bda260596a651845ee2435c0a90c4")
        #expect(request.secrets.headers.contains("authorization"))
    }

    @Test func anObjectWithHeadersIsSignedAsPublished() async throws {
        let request = try await signed(
            "send", [("bucket", "examplebucket"), ("key", "dir/a b (c)+=é.txt")], Self.credential(Self.site))
        #expect(
            request.url == "https://examplebucket.s3.eu-central-1.amazonaws.com/dir/a%20b%20%28c%29%2B%3D%C3%A9.txt")
        #expect(
            request.headers["Authorization"]?.hasSuffix(
                "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-meta-test;x-amz-meta-test-two;"
                    + "x-amz-storage-class, "
                    + "Signature=d271f2b4c8a3c641cbe2b447146907b162327c6df573468ca13cd7aff2375597") == true)
    }

    @Test func aQueryWithoutValueAndAPortAreSignedAsPublished() async throws {
        let request = try await signed(
            "begin", [("bucket", "examplebucket"), ("key", "big.bin")], Self.credential("http://127.0.0.1:9000"))
        #expect(request.url == "http://127.0.0.1:9000/examplebucket/big.bin?uploads=")
        #expect(
            request.headers["Authorization"]?.hasSuffix(
                "Signature=1c686862e1362c8789270097fa077f19fc9b194dfc99c6f0375dbbe0d4ee4849") == true)
    }

    @Test func aSessionTokenIsSignedAsPublished() async throws {
        let request = try await signed(
            "get", [("bucket", "my.dotted.bucket"), ("key", "key")],
            Self.credential("https://s3.us-east-1.amazonaws.com", region: "us-east-1", token: "SESSIONTOKEN=="))
        #expect(request.url == "https://s3.us-east-1.amazonaws.com/my.dotted.bucket/key")
        #expect(request.headers["x-amz-security-token"] == "SESSIONTOKEN==")
        #expect(request.secrets.headers.contains("x-amz-security-token"))
        #expect(
            request.headers["Authorization"]?.hasSuffix(
                "Signature=9e5e1f560bd6509866fbdfcc6247dc1b410efa4e98196137cc1f40e14dfab5b1") == true)
    }

    @Test func anAddressIsSignedAsPublishedAndNothingIsSent() async throws {
        let (output, requests) = try await run(
            "presign", [("bucket", "examplebucket"), ("key", "dir/a b.txt"), ("expires", 900)],
            Self.credential(Self.site))
        #expect(requests.isEmpty)
        #expect(
            output["url"]
                == .string(
                    "https://examplebucket.s3.eu-central-1.amazonaws.com/dir/a%20b.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
                        + "&X-Amz-Credential=AKIDEXAMPLE%2F20260115%2Feu-central-1%2Fs3%2Faws4_request"
                        + "&X-Amz-Date=20260115T103000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host"
                        + "&X-Amz-Signature=cf6411c0799f4076c44e2e0655d2acca09d7f95f9feb2fd8b100f223c9e5b1b6"))
        #expect(output["method"] == "GET")
        #expect(output["expires_at"] == .timestamp(Timestamp(seconds: Self.time.seconds + 900)))
        #expect(!output.containsSecret)
    }

    @Test func anAddressMayBeForAnotherMethodAndCarriesTheToken() async throws {
        func address(_ method: Value, token: String?) async throws -> Value {
            let (output, _) = try await run(
                "presign",
                [("bucket", "b-1"), ("key", "k"), ("expires", "60"), ("method", method)].map { name, value in
                    (name, name == "expires" ? .duration(.seconds(60)) : value)
                }, Self.credential(Self.site, token: token, inHost: false))
            return output["url"] ?? .null
        }
        let get = try await address("GET", token: nil)
        let put = try await address("PUT", token: nil)
        let text = try #require(get.stringValue)
        #expect(text.hasPrefix(Self.site + "/b-1/k?") && text.contains("X-Amz-Expires=60&"))
        #expect(text.suffix(64) != put.stringValue?.suffix(64))
        // A session token in the address makes a secret of it.
        let temporary = try await address("GET", token: "a+b")
        #expect(temporary.stringValue?.contains("X-Amz-Security-Token=a%2Bb&") == true)
        #expect(temporary.containsSecret && !get.containsSecret)
    }

    @Test(arguments: [0, 604_801])
    func anAddressIsValidForAWeekAtMost(seconds: Int64) async {
        await #expect(
            throws: Failure(
                .invalid, "acme.presign: an address can be signed for 1 to 604800 seconds", hint: "give at most a week")
        ) {
            _ = try await run(
                "presign", [("bucket", "b-1"), ("key", "k"), ("expires", .int(seconds))], Self.credential(Self.site))
        }
    }

    @Test func aFileIsHashedWhereNothingElseKeepsItWhole() async throws {
        let files = MemoryFiles(texts: ["/work/a.txt": "Welcome to flowctl"])
        let (_, plain) = try await run("store", [("file", "a.txt")], Self.credential("http://store.test"), files: files)
        #expect(
            plain.first?.headers["x-amz-content-sha256"]
                == "fd019f1cf27cf85201cc185ee900a69ea7a000ff1eb4a4aca3fa9fcca38c36c0")
        let (_, secure) = try await run(
            "store", [("file", "a.txt")], Self.credential("https://store.test"), files: files)
        #expect(secure.first?.headers["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD")
    }

    @Test(arguments: [
        ("photos", "https://s3.example.com", "https://photos.s3.example.com/k"),
        ("photos", "https://s3.example.com/", "https://photos.s3.example.com/k"),
        ("my.photos", "https://s3.example.com", "https://s3.example.com/my.photos/k"),
        ("Photos", "https://s3.example.com", "https://s3.example.com/Photos/k"),
        ("my_photos", "https://s3.example.com", "https://s3.example.com/my_photos/k"),
        ("photos", "https://s3.example.com:9000", "https://photos.s3.example.com:9000/k"),
        ("photos", "http://192.0.2.1", "http://192.0.2.1/photos/k"),
        ("photos", "https://[2001:db8::1]", "https://[2001:db8::1]/photos/k"),
        ("photos", "http://localhost", "http://localhost/photos/k"),
        ("photos", "https://gateway.example.com/s3", "https://gateway.example.com/s3/photos/k"),
    ])
    func aBucketStandsBeforeTheHostWhereItCan(bucket: String, site: String, url: String) async throws {
        #expect(
            try await signed("get", [("bucket", .string(bucket)), ("key", "k")], Self.credential(site)).url == url)
    }

    @Test func aServiceWhoseClockIsAnotherIsSignedForByItsOwn() async throws {
        let refusal = HTTPResponse(
            status: 403,
            headers: HTTPHeaders([("Date", "Thu, 15 Jan 2026 11:30:00 GMT"), ("Content-Type", "application/json")]),
            body: .bytes(Array("{}".utf8)))
        let rules = "errors: { kinds: { auth: ['${{ status == 403 }}'] } }\n"
        let connector = try TestConnector(Self.operations, head: rules + Self.head)
        let (_, requests) = try await connector.run(
            "get", .of([("bucket", "b"), ("key", "k")]), credential: Self.credential(Self.site),
            replies: [refusal, .json("{}")], now: Self.time)
        #expect(requests.map { $0.headers["x-amz-date"] } == ["20260115T103000Z", "20260115T113000Z"])
        // The same refusal again has another cause.
        let failure = await #expect(throws: Failure.self) {
            try await connector.run(
                "get", .of([("bucket", "b"), ("key", "k")]), credential: Self.credential(Self.site),
                replies: [refusal, refusal], now: Self.time)
        }
        #expect(failure?.kind == .auth)
    }

    @Test func eachTryIsSignedAnew() async throws {
        let clock = ManualClock(start: Self.time)
        let client = ScriptedHTTP { _ in HTTPResponse(status: 200) }
        let node = try TestConnector(Self.operations, head: Self.head).node("get")
        var context = NodeContext(world: .test(http: client), credential: Self.credential(Self.site), effect: .read)
        context.world.clock = clock
        _ = try await node.run(node.spec.bind(.of([("bucket", "b"), ("key", "k")])), in: context)
        try await clock.sleep(.seconds(90))
        let call = try #require(client.calls.first)
        let again = try #require(try call.remake?())
        #expect(call.request.headers["x-amz-date"] == "20260115T103000Z")
        #expect(again.headers["x-amz-date"] == "20260115T103130Z")
        #expect(again.headers["Authorization"] != call.request.headers["Authorization"])
    }

    @Test func aDryRunSignsNothing() throws {
        let connector = try TestConnector(
            "  get: { summary: S., effect: read, request: GET /k }\n"
                + "  sign: { summary: S., effect: read, request: GET /k, presign: { expires: '${{ 60 }}' } }\n",
            head: Self.head)
        func previews(_ name: String) throws -> [Preview] {
            let node = try connector.node(name)
            let context = NodeContext(
                world: .test(), credential: Self.credential(Self.site), workingDirectory: "/work",
                filesDirectory: "/run")
            return try node.preview(node.spec.bind(ValueMap()), in: context)
        }
        guard case .request(let request)? = try previews("get").first else {
            Issue.record("no request")
            return
        }
        #expect(request.headers["Authorization"] == "***")
        #expect(try previews("sign").isEmpty)
    }

    @Test func mistakesInTheSchemeAreNamed() {
        func errors(_ head: String, _ operation: String = "request: GET /k") -> [String] {
            let text =
                "connector: acme\nbase: https://a.test\n\(head)\noperations:\n  op: { summary: S., effect: read, \(operation) }\n"
            return ConnectorReader.read(SourceText(name: "acme.yaml", text: text), from: .native).1.sorted.map(
                \.message)
        }
        #expect(errors("auth: { acme: { type: aws_sigv4, service: s3 } }") == [])
        #expect(errors("auth: { acme: { type: aws_sigv4 } }") == ["\"service\" is missing in \"acme\""])
        #expect(
            errors("auth: { acme: { type: aws_sigv4, service: s3, region: zone } }") == ["there is no field \"zone\""])
        #expect(
            errors("auth: { acme: { type: bearer } }", "request: GET /k, presign: { expires: 5 }") == [
                "\"presign\" needs a credential of type aws_sigv4"
            ])
    }
}
