import FlowConnect
import FlowCore
import FlowSpec
import FlowTestKit
import Testing

@Suite struct PaginationTests {
    private func list(_ paginate: String, _ replies: [String], method: String = "GET", max: Int? = nil) async throws
        -> (
            output: Value, requests: [HTTPRequest]
        )
    {
        let connector = try TestConnector(
            "  list: { summary: List things., effect: read, request: \(method) t, paginate: \(paginate) }")
        let arguments = ValueMap(max.map { [("max_items", .int(Int64($0)))] } ?? [])
        return try await connector.run("list", arguments, replies: replies.map { .json($0) })
    }

    @Test func countsPagesUntilAShortOne() async throws {
        let (output, requests) = try await list(
            "{ by: page, items: \"${{ body }}\", send: query.page, size: query.n = 2 }", ["[1,2]", "[3,4]", "[5]"])
        #expect(output == [1, 2, 3, 4, 5])
        #expect(requests.map { $0.url.split(separator: "?").last } == ["n=2", "n=2&page=2", "n=2&page=3"])
    }

    @Test func countsItemsUntilTheServerSaysItIsOver() async throws {
        let (output, requests) = try await list(
            "{ by: offset, items: \"${{ body.l }}\", send: query.skip, more: \"${{ body.more }}\" }",
            [#"{"l":[1,2,3],"more":true}"#, #"{"l":[4],"more":true}"#, #"{"l":[5],"more":false}"#])
        #expect(output == [1, 2, 3, 4, 5])
        #expect(requests.map(\.url).suffix(2).map { $0.split(separator: "?").last } == ["skip=3", "skip=4"])
    }

    @Test func advancesByWhatWasAskedForWhereTheServerLeavesItemsOut() async throws {
        let (output, requests) = try await list(
            "{ by: window, items: \"${{ body }}\", send: query.skip, size: query.n = 3, more: \"${{ page.number < 4 }}\" }",
            ["[1]", "[]", "[2,3,4]", "[5]"])
        #expect(output == [1, 2, 3, 4, 5])
        #expect(
            requests.map { $0.url.split(separator: "?").last } == [
                "n=3", "n=3&skip=3", "n=3&skip=6", "n=3&skip=9",
            ])
    }

    @Test func asksForWholeWindowsHoweverFewItemsAreWanted() async throws {
        let (output, requests) = try await list(
            "{ by: window, items: \"${{ body }}\", send: query.skip, size: query.n = 3, more: \"${{ page.number < 4 }}\" }",
            ["[]", "[1,2,3]"], max: 1)
        #expect(output == [1])
        #expect(requests.map { $0.url.split(separator: "?").last } == ["n=3", "n=3&skip=3"])
    }

    @Test func aWindowThatIsNotFullIsTheLastWhereNothingElseIsSaid() async throws {
        let (output, requests) = try await list(
            "{ by: window, items: \"${{ body }}\", send: query.skip, size: query.n = 2 }", ["[1,2,3]", "[4]"])
        #expect(output == [1, 2, 3, 4])
        #expect(requests.map { $0.url.split(separator: "?").last } == ["n=2", "n=2&skip=2"])
    }

    @Test func aTokenThatExpiresBetweenPagesLeavesNoHalfList() async throws {
        let connector = try TestConnector(
            """
              list:
                summary: List things.
                effect: read
                request: GET t
                paginate: { by: page, items: "${{ body }}", send: query.page, size: query.n = 2 }
            """)
        let outcome: Failure?
        do {
            _ = try await connector.run("list", replies: [.json("[1,2]"), .json(#"{"error":"expired"}"#, status: 401)])
            outcome = nil
        } catch {
            outcome = Failure(error)
        }
        #expect(outcome?.kind == .auth)
        #expect(outcome?.message == "api.acme.test answered 401 Unauthorized")
        #expect(outcome?.hint == "check the credential with \"flowctl credentials test\"")
    }

    @Test func followsAddressesInTheBody() async throws {
        let (output, requests) = try await list(
            "{ by: next_url, items: \"${{ body.l }}\", url: \"${{ body.next }}\" }",
            [
                #"{"l":[1],"next":"https://api.acme.test/v1/t?p=2"}"#, #"{"l":[2],"next":"/v1/t?p=3"}"#,
                #"{"l":[3],"next":null}"#,
            ])
        #expect(output == [1, 2, 3])
        #expect(requests[1].url == "https://api.acme.test/v1/t?p=2")
        #expect(requests[2].url == "https://api.acme.test/v1/t?p=3")
    }

    @Test(arguments: [
        ("?p=2", "https://api.acme.test/v1/t?p=2"), ("u?p=2", "https://api.acme.test/v1/u?p=2"),
        ("./u/../t", "https://api.acme.test/v1/t"), ("../v2/t?p=a/../b", "https://api.acme.test/v2/t?p=a/../b"),
        ("../../../x", "https://api.acme.test/x"), ("../..", "https://api.acme.test/"),
        ("/v1/./t?p=2#top", "https://api.acme.test/v1/t?p=2"), ("//api.acme.test/t", "https://api.acme.test/t"),
        ("HTTPS://api.acme.test/t", "HTTPS://api.acme.test/t"),
    ])
    func addressesAreRelativeToTheirPage(target: String, url: String) async throws {
        let (_, requests) = try await list(
            "{ by: next_url, items: \"${{ body.l }}\", url: \"${{ body.next }}\" }",
            [#"{"l":[1],"next":"\#(target)"}"#, #"{"l":[2],"next":false}"#])
        #expect(requests.map(\.url) == ["https://api.acme.test/v1/t", url])
        let connector = try TestConnector(
            "  list: { summary: List things., effect: read, request: GET t, "
                + "paginate: { by: link, items: \"${{ body }}\" } }")
        let linked = try await connector.run(
            "list", replies: [.json("[1]", headers: [("Link", "<\(target)>; rel=next")]), .json("[2]")])
        #expect(linked.requests.map(\.url) == ["https://api.acme.test/v1/t", url])
    }

    @Test(arguments: ["mailto:ann@acme.test", "ftp://acme.test/t", "//"])
    func anAddressOfNoPageIsTold(target: String) async throws {
        let failure = await #expect(throws: Failure.self) {
            try await list(
                "{ by: next_url, items: \"${{ body.l }}\", url: \"${{ body.next }}\" }",
                [#"{"l":[1],"next":"\#(target)"}"#])
        }
        #expect(failure?.message == "acme.list: the address of the next page is no http or https URL")
    }

    /// As where `send` names what the server does not know.
    @Test(arguments: ["page", "offset"]) func aPageThatComesAgainIsToldInPlaceOfReadForEver(style: String) async throws
    {
        let failure = await #expect(throws: Failure.self) {
            try await list(
                "{ by: \(style), items: \"${{ body }}\", send: query.pgae }",
                [#"[{"id":1}]"#, #"[{"id":1}]"#])
        }
        #expect(failure?.kind == .protocolError)
        #expect(failure?.message == "acme.list: page 2 leads back to an earlier page")
        #expect(failure?.hint == "check what \"send\" names: the server gives the same items again")
    }

    @Test func plainValuesMayComeAgain() async throws {
        let (output, _) = try await list(
            "{ by: page, items: \"${{ body }}\", send: query.page }", ["[0,0]", "[0,0]", "[]"])
        #expect(output == [0, 0, 0, 0])
    }

    @Test(arguments: ["42", #""yes""#, "null"]) func moreIsTrueOrFalse(more: String) async throws {
        let failure = await #expect(throws: Failure.self) {
            try await list(
                "{ by: page, items: \"${{ body.l }}\", send: query.page, more: \"${{ body.more }}\" }",
                [#"{"l":[1],"more":\#(more)}"#])
        }
        #expect(failure?.message == "acme.list: \"more\" can't be told: it is \(more), not true or false")
    }

    @Test func optionalsOfAPageAreWhatTheyHold() async throws {
        let (output, requests) = try await list(
            "{ by: cursor, items: \"${{ body.?l }}\", cursor: \"${{ body.?c }}\", send: query.c, more: \"${{ body.?m }}\" }",
            [#"{"l":[1],"c":"x","m":true}"#, #"{"c":"y","m":true}"#, #"{"l":[3]}"#])
        #expect(output == [1, 3])
        #expect(requests.map { $0.url.split(separator: "?").last } == ["https://api.acme.test/v1/t", "c=x", "c=y"])
        let ended = try await list(
            "{ by: next_url, items: \"${{ body.?l }}\", url: \"${{ body.?next }}\" }", [#"{"l":[1]}"#])
        #expect(ended.output == [1])
        let unmarked = try await list(
            "{ by: cursor, items: \"${{ body.?l }}\", cursor: \"${{ body.?c }}\", send: query.c }", [#"{"l":[1]}"#])
        #expect(unmarked.output == [1])
    }

    @Test func sendsACursorInTheBody() async throws {
        let (output, requests) = try await list(
            "{ by: cursor, items: \"${{ body.l }}\", cursor: \"${{ body.c }}\", send: json.page.cursor, size: json.n = 5 }",
            [#"{"l":[1],"c":"x"}"#, #"{"l":[2]}"#], method: "POST")
        #expect(output == [1, 2])
        #expect(requests.map(\.text) == [#"{"n":5}"#, #"{"n":5,"page":{"cursor":"x"}}"#])
    }

    @Test func stopsAtAsManyItemsAsAskedFor() async throws {
        let (output, requests) = try await list(
            "{ by: page, items: \"${{ body }}\", send: query.page, size: query.n = 2 }", ["[1,2]", "[3,4]"], max: 2)
        #expect(output == [1, 2])
        #expect(requests.count == 1)
    }

    // MARK: Lists that aren't whole

    private func logged(_ incomplete: String, _ replies: [String], max: Int? = nil) async throws -> [String] {
        let connector = try TestConnector(
            "  list: { summary: List things., effect: read, request: GET t, "
                + "paginate: { by: page, items: \"${{ body.l }}\", send: query.page, size: query.n = 1, "
                + "incomplete: \(incomplete) } }")
        let node = try connector.node("list")
        let log = RecordedLog()
        let context = NodeContext(
            world: .test(http: ReplyingClient(replies.map { .json($0) })), effect: .read, log: log)
        let arguments = ValueMap(max.map { [("max_items", .int(Int64($0)))] } ?? [])
        _ = try await node.run(node.spec.bind(arguments), in: context)
        return log.lines
    }

    @Test func aListThatIsNotWholeIsRemarkedOnce() async throws {
        let part = #"{"l":[1],"part":true}"#
        let lines = try await logged(
            "{ when: \"${{ body.part }}\", hint: Ask for less. }", [part, part, #"{"l":[],"part":true}"#])
        #expect(lines == ["warning: acme.list: the service gives only a part of the list; Ask for less."])
        #expect(try await logged("{ when: \"${{ body.part }}\" }", [#"{"l":[]}"#]).isEmpty)
    }

    @Test func aListThatIsOfNoUseInPartsFails() async throws {
        let incomplete = "{ when: \"${{ body.part }}\", fails: true, hint: \"Ask for less than ${{ page.count }}.\" }"
        let last = #"{"l":[],"part":true}"#
        await #expect(
            throws: Failure(
                .invalid, "acme.list: the service gives only a part of the list", hint: "Ask for less than 1.")
        ) { _ = try await logged(incomplete, [#"{"l":[1]}"#, last]) }
        let part = #"{"l":[1],"part":true}"#
        await #expect(throws: Failure.self) { _ = try await logged(incomplete, [part, #"{"l":[]}"#]) }
        // As many as are wanted have come.
        #expect(try await logged(incomplete, [part, part], max: 2).isEmpty)
    }

    @Test func saysWhenThereIsNoList() async throws {
        let connector = try TestConnector(
            "  list: { summary: List., effect: read, request: GET t, paginate: { by: link, items: \"${{ body.l }}\" } }"
        )
        let failure = await connector.failure("list", reply: .json(#"{"l":"none"}"#))
        #expect(failure?.kind == .protocolError)
        #expect(failure?.message == "acme.list: the answer has \"none\" where its items should be")
    }

    // MARK: Page by page

    private static func paged(_ paginate: String) throws -> TestConnector {
        try TestConnector("  list: { summary: List things., effect: read, request: GET t, paginate: \(paginate) }")
    }

    @Test(arguments: [
        ("{ by: page, items: \"${{ body.l }}\", send: query.page, more: \"${{ body.c != null }}\" }", "page=3"),
        ("{ by: offset, items: \"${{ body.l }}\", send: query.skip, more: \"${{ body.c != null }}\" }", "skip=4"),
        ("{ by: cursor, items: \"${{ body.l }}\", cursor: \"${{ body.c }}\", send: query.after }", "after=p3"),
        ("{ by: next_url, items: \"${{ body.l }}\", url: \"${{ body.c == null ? null : '/t/' + body.c }}\" }", "t/p3"),
    ])
    func readingGoesOnAfterTheMarkOfAPage(paginate: String, third: String) async throws {
        let connector = try Self.paged(paginate)
        let replies: [HTTPResponse] = [
            .json(#"{"l":[1,2],"c":"p2"}"#), .json(#"{"l":[3,4],"c":"p3"}"#), .json(#"{"l":[5],"c":null}"#),
        ]
        let all = try await connector.pages("list", replies: replies)
        #expect(all.pages.map(\.items) == [[1, 2], [3, 4], [5]])
        #expect(all.pages[2].next == nil)
        let rest = try await connector.pages("list", from: all.pages[1].next, replies: [replies[2]])
        #expect(rest.pages == [all.pages[2]])
        #expect(rest.requests.map(\.url) == [all.requests[2].url])
        #expect(rest.requests[0].url.hasSuffix(third))
    }

    @Test func asManyItemsAsAskedForAreCountedFromTheFirstPage() async throws {
        let connector = try Self.paged("{ by: page, items: \"${{ body }}\", send: query.page }")
        let limit = ValueMap([("max_items", 3)])
        let all = try await connector.pages("list", limit, replies: [.json("[1,2]"), .json("[3,4]")])
        #expect(all.pages.map(\.items) == [[1, 2], [3]])
        let rest = try await connector.pages("list", limit, from: all.pages[0].next, replies: [.json("[3,4]")])
        #expect(rest.pages == [all.pages[1]])
    }

    @Test func fewerItemsThanWereReadAlreadyNeedNoFurtherPage() async throws {
        let connector = try Self.paged("{ by: page, items: \"${{ body }}\", send: query.page }")
        let mark: Value = ["items": 4, "pages": 2, "marker": 3]
        for limit in [4, 3] {
            let rest = try await connector.pages(
                "list", ValueMap([("max_items", .int(Int64(limit)))]), from: mark, replies: [.json("[5,6]")])
            #expect(rest.pages == [Page([])])
            #expect(rest.requests.isEmpty)
        }
    }

    @Test func aServerThatLeadsInACircleIsToldAfterThePagesBefore() async throws {
        let connector = try Self.paged(
            "{ by: cursor, items: \"${{ body.l }}\", cursor: \"${{ body.c }}\", send: query.c }")
        let reply = HTTPResponse.json(#"{"l":[1],"c":"x"}"#)
        do {
            _ = try await connector.pages("list", replies: [reply, reply])
            Issue.record("it came to an end")
        } catch {
            #expect(Failure(error).message == "acme.list: page 2 leads back to an earlier page")
            #expect(Failure(error).hint == "bound the list with max_items")
        }
    }
}
