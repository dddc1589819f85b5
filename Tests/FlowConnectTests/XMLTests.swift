import FlowCore
import FlowSpec
import FlowTestKit
import Testing

@testable import FlowConnect

/// XML in answers and in requests.
@Suite struct XMLTests {
    private func connector(_ decode: String) throws -> TestConnector {
        try TestConnector(
            """
              op: { summary: S., effect: read, request: GET t, decode: \(decode) }
              send: { summary: S., effect: write, request: POST t, params: { v: { type: any } }, xml: "${{ params.v }}" }
            """)
    }

    private func read(_ text: String, decode: String = "xml", type: String = "application/xml") async throws -> Value {
        try await read(Array(text.utf8), decode: decode, type: type)
    }

    private func read(_ bytes: [UInt8], decode: String = "xml", type: String = "application/xml") async throws -> Value
    {
        let reply = HTTPResponse(status: 200, headers: HTTPHeaders([("Content-Type", type)]), body: .bytes(bytes))
        return try await connector(decode).run("op", replies: [reply]).output
    }

    private func problem(_ text: String, decode: String = "xml") async -> String? {
        do {
            _ = try await read(text, decode: decode)
            return nil
        } catch {
            let message = Failure(error).message
            let start = "api.acme.test answered 200 with invalid "
            return message.hasPrefix(start) ? String(message.dropFirst(start.count)) : message
        }
    }

    // MARK: Reading

    /// Each of them ends a piece of text, which must not be copied for the next one.
    @Test func commentsBetweenTextCostNoMoreThanTheirBytes() throws {
        let growth = try growth(from: 12_500, by: 16) { count in
            let text = "<a>" + String(repeating: "x<!---->", count: count) + "</a>"
            let element = try XMLReader.read(Array(text.utf8))
            #expect(element.text.utf8.count == count)
        }
        #expect(growth < 30)
    }

    @Test func textIsOneWhateverStandsInIt() async throws {
        let body = try await read("<a>é<!-- c -->&#233;<?p?><![CDATA[<]]>\r\n<b>t</b>u<![CDATA[]]></a>")
        #expect(body == ["a": ["b": "t", "#text": "éé<\nu"]])
    }

    @Test func elementsAreMapsListsAndTexts() async throws {
        let body = try await read(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <!-- a comment --><?style none?>
            <List xmlns="http://acme.test/"  count="2">
              <Item><Key>a &amp; b&#x41;&#66;</Key></Item>
              <Item><Key><![CDATA[<raw> & ]]>more</Key></Item>
              <Empty/><None></None>
              <Text lang='de'>  so </Text>
              <Mixed>one <b>two</b> three</Mixed>
            </List>
            <!-- end -->

            """)
        #expect(
            body == [
                "List": [
                    "@count": "2", "Item": [["Key": "a & bAB"], ["Key": "<raw> & more"]], "Empty": "", "None": "",
                    "Text": ["@lang": "de", "#text": "  so "], "Mixed": ["b": "two", "#text": "one  three"],
                ]
            ])
    }

    @Test func listsAreListsHoweverManyItemsTheyHave() async throws {
        let decode = "{ xml: { lists: [List.Item, Tag] } }"
        #expect(try await read("<List/>", decode: decode) == ["List": ["Item": []]])
        #expect(try await read("<List> </List>", decode: decode) == ["List": ["Item": []]])
        #expect(try await read("<List><Item>a</Item></List>", decode: decode) == ["List": ["Item": ["a"]]])
        #expect(
            try await read("<Other><Item>a</Item><x><Tag/></x></Other>", decode: decode)
                == ["Other": ["Item": "a", "x": ["Tag": [""]]]])
    }

    @Test func lineBreaksAreLineFeedsAndSpacesInAttributes() async throws {
        #expect(
            try await read("<a b=\"1\r\n2\t3&#10;4\">x\r\ny\rz&#13;</a>")
                == ["a": ["@b": "1 2 3\n4", "#text": "x\ny\nz\r"]])
    }

    @Test func charactersAreReadAsTheyAreDeclared() async throws {
        let latin = Array("<?xml version='1.0' encoding='ISO-8859-1'?><a>Gr".utf8) + [0xFC] + Array("n</a>".utf8)
        #expect(try await read(latin) == ["a": "Grün"])
        let plain = Array("<a>".utf8) + [0xFC] + Array("</a>".utf8)
        #expect(try await read(plain, type: "text/xml; charset=iso-8859-1") == ["a": "ü"])
        let marked: [UInt8] = [0xEF, 0xBB, 0xBF] + Array("<a>ü</a>".utf8)
        #expect(try await read(marked) == ["a": "ü"])
        let wide: [UInt8] = [0xFE, 0xFF] + "<a>€</a>".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        #expect(try await read(wide) == ["a": "€"])
    }

    @Test func namespacesAreThoseAroundAnElement() async throws {
        let body = try await read(
            """
            <d:multistatus xmlns:d="DAV:" xmlns="urn:x"><d:response><d:href>/a%20b/</d:href><d:propstat><d:prop>
            <d:resourcetype><d:collection/></d:resourcetype><size xmlns="urn:y">5</size><none xmlns="">n</none><x>1</x>
            </d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>
            """, decode: "multistatus")
        let props = body.listValue?.first?["props"]?.mapValue
        #expect(props?["{urn:y}size"] == "5")
        #expect(props?["{urn:x}x"] == "1")
        #expect(props?["none"] == "n")
        #expect(props?["{DAV:}resourcetype"] == ["collection": ""])
    }

    @Test(arguments: [
        ("", "XML: line 1, column 1: expected an element"), ("text", "XML: line 1, column 1: expected an element"),
        ("<a>", "XML: line 1, column 4: expected </a>"), ("<a><b></a>", "XML: line 1, column 9: expected </b>"),
        ("<a/><b/>", "XML: line 1, column 5: expected the end of the document"),
        ("<a\n b=1/>", "XML: line 2, column 4: expected a quote"),
        ("<a b='1'c='2'/>", "XML: line 1, column 9: expected a space or the end of the tag"),
        ("<a b='1' b='2'/>", "XML: line 1, column 15: \"b\" stands twice in a tag"),
        ("<a xmlns:p='u' xmlns:q='u' p:b='' q:b=''/>", "XML: line 1, column 41: \"b\" stands twice in a tag"),
        ("<a b='<'/>", "XML: line 1, column 7: \"<\" can't stand in an attribute"),
        ("<p:a/>", "XML: line 1, column 5: the prefix \"p\" is not declared"),
        ("<a xmlns:p=''/>", "XML: line 1, column 14: \"xmlns:p\" can't be declared so"),
        ("<a:b:c/>", "XML: line 1, column 2: expected a name"), ("<1/>", "XML: line 1, column 2: expected a name"),
        ("<a>&nbsp;</a>", "XML: line 1, column 4: \"&nbsp;\" is no character that is known"),
        ("<a>&#0;</a>", "XML: line 1, column 4: \"&#0;\" is no character that is known"),
        ("<a>&#xD800;</a>", "XML: line 1, column 4: \"&#xD800;\" is no character that is known"),
        ("<a>& b</a>", "XML: line 1, column 4: \"&\" begins no reference"),
        ("<a>]]></a>", "XML: line 1, column 4: \"]]>\" can't stand in text"),
        ("<a>\u{1}</a>", "XML: line 1, column 4: a character that XML can't hold"),
        ("<a>\u{FFFE}</a>", "XML: line 1, column 4: a character that XML can't hold"),
        ("<a><![CDATA[x</a>", "XML: line 1, column 18: expected ]]>"),
        ("<a><!-- -- --></a>", "XML: line 1, column 9: \"--\" can't stand in a comment"),
        ("<a/><?xml version='1.0'?>", "XML: line 1, column 10: the declaration of XML stands at the start only"),
        (
            "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
            "XML: line 1, column 1: a document type is not read"
        ),
    ])
    func whatIsNotWellFormedIsRefused(text: String, message: String) async {
        // An empty body is no document, but none was promised.
        if text.isEmpty { return #expect(await problem(text) == nil) }
        #expect(await problem(text) == message)
    }

    @Test func depthIsBounded() async {
        let deep = { String(repeating: "<a>", count: $0) + String(repeating: "</a>", count: $0) }
        #expect(await problem(deep(200)) == nil)
        #expect(await problem(deep(201)) == "XML: line 1, column 602: elements stand more than 200 deep")
    }

    @Test func bytesThatAreNoTextAreRefused() async {
        await #expect(throws: Failure.self) { _ = try await read([0x3C, 0x61, 0x3E, 0xFF] + Array("</a>".utf8)) }
    }

    @Test func aConnectorThatUsuallyReadsXMLLeavesOtherTypesAlone() async throws {
        let connector = try TestConnector(
            """
              usual: { summary: S., effect: read, request: GET t }
              own: { summary: S., effect: read, request: GET t, decode: xml }
            """, head: "defaults: { decode: xml }")
        func body(_ operation: String, _ type: String?, _ text: String) async throws -> Value {
            let headers = HTTPHeaders(type.map { [("Content-Type", $0)] } ?? [])
            let reply = HTTPResponse(status: 200, headers: headers, body: .bytes(Array(text.utf8)))
            return try await connector.run(operation, replies: [reply]).output
        }
        #expect(try await body("usual", "application/xml; charset=utf-8", "<a/>") == ["a": ""])
        #expect(try await body("usual", nil, "<a/>") == ["a": ""])
        #expect(try await body("usual", "text/csv", "a,b") == "a,b")
        #expect(try await body("usual", "application/json", "[1]") == [1])
        #expect(try await body("own", "text/plain", "<a/>") == ["a": ""])
    }

    // MARK: Multistatus

    @Test func eachResourceHasWhatWasFoundAndWhatFailed() async throws {
        let body = try await read(
            """
            <?xml version="1.0"?><D:multistatus xmlns:D="DAV:" xmlns:oc="http://owncloud.org/ns">
            <D:response><D:href>https://dav.test/files/ada/Gr%C3%BC%C3%9Fe.txt?v=1</D:href>
              <D:propstat><D:prop><D:getetag>"1"</D:getetag><oc:fileid>7</oc:fileid><D:resourcetype/></D:prop>
                <D:status>HTTP/1.1 200 OK</D:status></D:propstat>
              <D:propstat><D:prop><oc:size/></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat></D:response>
            <D:response><D:href>/a</D:href><D:href>/b</D:href><D:status>HTTP/1.1 423 Locked</D:status>
              <D:responsedescription>in use</D:responsedescription></D:response>
            </D:multistatus>
            """, decode: "multistatus")
        let items = try #require(body.listValue)
        #expect(
            items[0] == [
                "href": "https://dav.test/files/ada/Gr%C3%BC%C3%9Fe.txt?v=1", "path": "/files/ada/Grüße.txt",
                "status": 200,
                "is_collection": false,
                "props": [
                    "getetag": "\"1\"", "fileid": "7", "resourcetype": "", "{DAV:}getetag": "\"1\"",
                    "{http://owncloud.org/ns}fileid": "7", "{DAV:}resourcetype": "",
                ], "failed": ["{http://owncloud.org/ns}size": 404],
            ])
        #expect(items[1]["path"] == "/a" && items[2]["path"] == "/b")
        #expect(items[2]["status"] == 423 && items[2]["message"] == "in use" && items[2]["props"] == [:])
    }

    @Test func anotherDocumentIsNoMultistatus() async {
        #expect(
            await problem("<error xmlns='DAV:'/>", decode: "multistatus")
                == "multistatus: its element is {DAV:}error, not {DAV:}multistatus")
    }

    // MARK: Lines and tables

    @Test func linesOfJSONAreAList() async throws {
        #expect(try await read("{\"a\":1}\n\n[2]\r\n", decode: "jsonl") == [["a": 1], [2]])
        #expect(try await read("", decode: "jsonl") == [])
        #expect(
            await problem("{}\n{", decode: "jsonl")?.hasPrefix("JSON lines: invalid JSON at line 2, column 2") == true)
    }

    @Test func rowsOfCSVAreMaps() async throws {
        #expect(try await read("a,b\n1,\"x,y\"\n", decode: "csv", type: "text/csv") == [["a": "1", "b": "x,y"]])
        #expect(
            try await read("1;2\n", decode: "{ csv: { header: false, delimiter: ';' } }", type: "text/csv")
                == [["1", "2"]])
    }

    // MARK: Writing

    private func sent(_ value: Value) async throws -> String {
        let (_, requests) = try await connector("xml").run("send", ValueMap([("v", value)]))
        let request = try #require(requests.first)
        #expect(request.headers["Content-Type"] == "application/xml; charset=utf-8")
        let start = #"<?xml version="1.0" encoding="UTF-8"?>"#
        #expect(request.text.hasPrefix(start))
        return String(request.text.dropFirst(start.count))
    }

    @Test func mapsAreElements() async throws {
        #expect(
            try await sent([
                "Delete": [
                    "@xmlns": "http://s3.test/", "Quiet": true, "Object": [["Key": "a<b>&\"c\""], ["Key": "d\r\n"]],
                    "Empty": nil, "Left": .absent, "Blank": [:], "None": [],
                ]
            ])
                == #"<Delete xmlns="http://s3.test/"><Quiet>true</Quiet><Object><Key>a&lt;b&gt;&amp;"c"</Key></Object>"#
                + "<Object><Key>d&#13;\n</Key></Object><Empty/><Blank/></Delete>")
    }

    @Test func attributesAndPrefixesAreWritten() async throws {
        #expect(
            try await sent([
                "d:prop": [
                    "@xmlns:d": "DAV:", "d:href": ["@d:a": "x\n\"<", "@xml:lang": "de", "#text": "t"],
                    "{urn:a&b}own": ["{}none": "1", "{urn:c}deep": nil],
                ]
            ])
                == #"<d:prop xmlns:d="DAV:"><d:href d:a="x&#10;&quot;&lt;" xml:lang="de">t</d:href>"#
                + #"<n:own xmlns:n="urn:a&amp;b"><none xmlns="">1</none><nn:deep xmlns:nn="urn:c"/></n:own></d:prop>"#)
    }

    @Test func whatIsWrittenIsReadBack() async throws {
        let value: Value = ["a": ["@x": "1\t2", "b": ["one", "two < & > ]]>"], "c": ["@y": "z", "#text": " t "]]]
        #expect(try await read(sent(value)) == value)
    }

    static let unfit: [(Value, String)] = [
        (["a": 1, "b": 2], "an XML body must be a map with the one element of the document"),
        (["a": [1, 2]], "an XML body must be a map with the one element of the document"),
        (["a b": 1], "\"a b\" can't be the name of an XML element or attribute"),
        (["{u}a b": 1], "\"{u}a b\" can't be the name of an XML element or attribute"),
        (["a": ["@b><c": 1]], "\"b><c\" can't be the name of an XML element or attribute"),
        (["d:a": 1], "the prefix of \"d:a\" is not declared in the XML body"),
        (["a": ["b": "\u{1}"]], "XML can't hold the control character U+1"),
    ]

    @Test(arguments: unfit)
    func whatXMLCannotHoldIsRefused(value: Value, message: String) async throws {
        do {
            _ = try await connector("xml").run("send", ValueMap([("v", value)]))
            Issue.record("it was sent")
        } catch {
            #expect(Failure(error).kind == .invalid)
            #expect(Failure(error).message == message)
        }
    }

    @Test func aSecretInABodyOfXMLHidesAllOfIt() async throws {
        let (_, requests) = try await connector("xml").run("send", ValueMap([("v", ["a": Value.secret("x")] as Value)]))
        #expect(try #require(requests.first).secrets.isWholeBody)
        #expect(requests.first?.text.hasSuffix("<a>x</a>") == true)
    }
}
