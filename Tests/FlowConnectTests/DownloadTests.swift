import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Testing

/// Operations that save their answer to a file, where the answer may be a refusal instead.
@Suite struct DownloadTests {
    private func connector() throws -> TestConnector {
        try TestConnector(
            """
              fetch:
                summary: Fetch a file.
                effect: read
                request: GET /file
                save: /work/file
            """, head: "errors: { when: \"${{ body.ok == false }}\", code: \"${{ body.error }}\" }")
    }

    private func reply(_ text: String, type: String = "application/json", size: Int64? = nil) -> (
        HTTPResponse, MemoryFiles
    ) {
        let file = FileReference(path: "/part", size: size ?? Int64(text.utf8.count), mediaType: type)
        return (
            HTTPResponse(status: 200, headers: HTTPHeaders([("Content-Type", type)]), body: .file(file)),
            MemoryFiles(texts: ["/part": text])
        )
    }

    private func outcome(_ reply: (HTTPResponse, MemoryFiles)) async throws -> Failure? {
        do {
            _ = try await connector().run("fetch", files: reply.1, replies: [reply.0])
            return nil
        } catch {
            return Failure(error)
        }
    }

    @Test func theServicesNoInPlaceOfTheFile() async throws {
        let failure = try await outcome(reply(#"{"ok": false, "error": "file_deleted"}"#))
        #expect(failure?.code == "file_deleted")
        #expect(failure?.message == "api.acme.test answered \"file_deleted\"")
    }

    @Test(arguments: [
        ("{\"ok\": true}", "application/json"), ("{\"name\": 1}", "application/json"), ("[1]", "application/json"),
        ("{\"half", "application/json"), ("{\"ok\": false}", "text/plain"), ("", "application/json"),
    ])
    func whatAFileHoldsIsTheUsers(text: String, type: String) async throws {
        #expect(try await outcome(reply(text, type: type)) == nil)
    }

    @Test(arguments: [(ValueMap(), false), (ValueMap.of([("number", 2)]), true)])
    func aPartMayBeAskedForWithoutARange(arguments: ValueMap, isPart: Bool) async throws {
        let node = try TestConnector(
            """
              fetch:
                summary: Fetch a file.
                effect: read
                request: GET /file
                params: { number: { type: int } }
                save: /work/file
                part: ${{ has(params.number) }}
            """
        ).node("fetch")
        let http = ScriptedHTTP { _ in HTTPResponse(status: 206, body: .file(FileReference(path: "/part", size: 1))) }
        _ = try await node.run(
            node.spec.bind(arguments),
            in: NodeContext(world: .test(http: http, files: MemoryFiles(texts: [:])), effect: .read))
        #expect(http.calls.map(\.asksForPart) == [isPart])
    }

    @Test func stepsWithKeysOfTheirOwnHaveFoldersOfTheirOwn() async throws {
        let node = try TestConnector("  export: { summary: S., effect: write, request: POST /export, save: '' }")
            .node("export")
        var folders: Set<String> = []
        for key in ["order-export-1", "order-export-2", "../../../../x"] {
            var context = NodeContext(
                world: .test(http: ReplyingClient([.json("{}")]), files: MemoryFiles(texts: [:])), effect: .write,
                idempotencyKey: key, filesDirectory: "/run/files")
            context.isKeyGiven = true
            guard case .file(let file) = try await node.run(node.spec.bind(ValueMap()), in: context) else { continue }
            let parts = file.path.split(separator: "/")
            #expect(parts.count == 4 && !parts.contains("..") && file.path.hasPrefix("/run/files/"))
            folders.insert(String(parts[2]))
        }
        #expect(folders.count == 3)
    }

    @Test func aLargeFileIsNotReadForIt() async throws {
        #expect(try await outcome(reply(#"{"ok": false, "error": "x"}"#, size: 1 << 20)) == nil)
    }
}

/// The id a service gives a request.
@Suite struct RequestIDTests {
    private func failure(_ head: String, _ reply: HTTPResponse) async throws -> Failure? {
        try await TestConnector("  get:\n    summary: Get.\n    effect: read\n    request: GET /x", head: head)
            .failure("get", reply: reply)
    }

    @Test func isFoundUnderTheUsualHeaders() async throws {
        let reply = HTTPResponse.json("{}", status: 404, headers: [("X-GitHub-Request-Id", "AB:12")])
        #expect(try await failure("", reply)?.requestID == "AB:12")
    }

    @Test func isWhereTheConnectorSays() async throws {
        let reply = HTTPResponse.json(#"{"trace": "t-9"}"#, status: 404, headers: [("X-Request-Id", "other")])
        #expect(try await failure("errors: { request_id: \"${{ body.trace }}\" }", reply)?.requestID == "t-9")
    }

    @Test func isTheUsualOneWhereTheConnectorsIsNotThere() async throws {
        let reply = HTTPResponse.json("{}", status: 404, headers: [("X-Request-Id", "other")])
        #expect(try await failure("errors: { request_id: \"${{ body.trace }}\" }", reply)?.requestID == "other")
    }

    @Test func isPartOfWhatExpressionsSee() {
        var failure = Failure(.invalid, "x")
        #expect(failure.asValue["request_id"] == .null)
        failure.requestID = "r-1"
        #expect(failure.asValue["request_id"] == "r-1")
        #expect(Failure(value: failure.asValue)?.requestID == "r-1")
    }
}
