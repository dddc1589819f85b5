import FlowCore
import FlowSpec
import Testing

/// What a comparison with an OpenAPI document finds, so that a wrong request is not taken for a right one.
@Suite struct OpenAPIDocumentTests {
    private static let shop = """
        openapi: 3.1.0
        servers: [{ url: "https://api.acme.test/v2" }]
        paths:
          /items/{id}:
            parameters:
              - { name: id, in: path, required: true, schema: { type: integer } }
            get:
              parameters:
                - { name: kind, in: query, required: true, schema: { type: string, enum: [toy, tool] } }
                - { name: tags, in: query, schema: { type: array, items: { type: string } } }
                - { $ref: "#/components/parameters/Trace" }
          /items/new: { get: {} }
          /files/{path}: { get: {} }
          /drives/{drive}:/{name}:/content: { get: {} }
          /items:
            post:
              requestBody:
                required: true
                content:
                  application/json:
                    schema: { $ref: "#/components/schemas/Item" }
                  application/x-www-form-urlencoded:
                    schema: { properties: { name: { type: string }, count: { type: integer } } }
                  multipart/form-data:
                    schema: { properties: { file: { type: string }, count: { type: integer } } }
        components:
          parameters:
            Trace: { name: X-Trace, in: header, schema: { type: string } }
          schemas:
            Base:
              type: object
              required: [name, href]
              properties:
                name: { type: string }
                href: { type: string, readOnly: true }
            Item:
              allOf:
                - { $ref: "#/components/schemas/Base" }
                - type: object
                  properties:
                    count: { type: integer }
                    note: { type: string, nullable: true }
                    size: { type: [string, "null"] }
                    parts: { type: array, items: { $ref: "#/components/schemas/Base" } }
                    extra: { type: object, additionalProperties: { type: boolean } }
                    free: { type: object }
                    fields: { type: object, patternProperties: { "^customField[0-9]+$": { type: integer } } }
                    owner:
                      oneOf:
                        - { type: object, required: [user], properties: { user: { type: string } } }
                        - { type: object, required: [team], properties: { team: { type: integer } } }
                    maker:
                      anyOf:
                        - { $ref: "#/components/schemas/Base" }
                        - { type: object, nullable: true }
        """

    private static let form = """
        {"swagger": "2.0", "basePath": "/api", "paths": {"/send": {"post": {"parameters": [
            {"name": "to", "in": "formData", "type": "string", "required": true},
            {"name": "count", "in": "formData", "type": "integer"}]}}}}
        """

    private func complaints(
        _ method: String, _ address: String, headers: [(String, String)] = [], json: String? = nil, form: String? = nil,
        of text: String = shop
    ) throws -> [String] {
        let name = text.hasPrefix("{") ? "acme.json" : "acme.yaml"
        let document = try #require(VendorDocuments.document(DocumentFile(name: name, bytes: Array(text.utf8))))
        var request = HTTPRequest(method, "https://api.acme.test" + address, headers: HTTPHeaders(headers))
        if let text = json ?? form {
            request.body = .bytes(Array(text.utf8))
            request.headers["Content-Type"] = json != nil ? "application/json" : "application/x-www-form-urlencoded"
        }
        return document.complaints(about: DocumentedRequest(request)).map(\.description)
    }

    private func item(_ json: String) throws -> [String] {
        try complaints("POST", "/v2/items", json: json).map { $0.replacing("POST /items: ", with: "") }
    }

    @Test func readsNoOtherFormat() {
        #expect(OpenAPIDocument(DocumentFile(name: "a.json", bytes: Array("{\"methods\": {}}".utf8))) == nil)
        #expect(OpenAPIDocument(DocumentFile(name: "a.graphql", bytes: Array("type Query".utf8))) == nil)
    }

    @Test func knowsPathsBelowTheServersOwn() throws {
        #expect(try complaints("GET", "/v2/items/7?kind=toy&tags=a&tags=b", headers: [("x-trace", "1")]) == [])
        #expect(try complaints("GET", "/items/new") == [])
        #expect(try complaints("GET", "/v2/files/a/b/c.txt") == [])
        #expect(try complaints("GET", "/v2/drives/d1:/report:/content") == [])
        #expect(try complaints("PUT", "/v2/items/7") == ["PUT /items/7 is not in the document"])
        #expect(try complaints("GET", "/v2/things/7") == ["GET /things/7 is not in the document"])
        #expect(try complaints("GET", "/v2/items/7/parts") == ["GET /items/7/parts is not in the document"])
    }

    @Test func looksAtNamesAndValuesOfParameters() throws {
        #expect(
            try complaints("GET", "/v2/items/x?kind=car&colour=red", headers: [("X-Other", "1"), ("Accept", "*/*")])
                == [
                    "GET /items/x: \"id\" must be integer, not \"x\"",
                    "GET /items/x: \"kind\" must be one of \"toy\", \"tool\", not \"car\"",
                    "GET /items/x: \"colour\" is not in the query",
                    "GET /items/x: \"X-Other\" is not in the header",
                ])
        #expect(try complaints("GET", "/v2/items/7") == ["GET /items/7: \"kind\" is missing in the query"])
    }

    @Test func takesABodyThatIsRight() throws {
        #expect(
            try item(
                """
                {"name": "a", "count": 2, "note": null, "size": null, "parts": [{"name": "b"}], "extra": {"x": true},
                 "free": {"anything": [1]}, "fields": {"customField7": 1}, "owner": {"team": 3}, "maker": {"name": "c"}}
                """) == [])
    }

    @Test(arguments: [
        (#"{"name": "a", "counts": 2}"#, "\"counts\" is not in the schema"),
        (#"{"count": 2}"#, "\"name\" is missing"),
        (#"{"name": 3}"#, "\"name\" must be string, not 3"),
        (#"{"name": null}"#, "\"name\" must be string, not null"),
        (#"{"name": "a", "count": "2"}"#, "\"count\" must be integer, not \"2\""),
        (#"{"name": "a", "size": 2}"#, "\"size\" must be string or null, not 2"),
        (#"{"name": "a", "parts": {"name": "b"}}"#, "\"parts\" must be array, not {\"name\":\"b\"}"),
        (#"{"name": "a", "parts": [{"name": "b", "kind": 1}]}"#, "\"parts[].kind\" is not in the schema"),
        (#"{"name": "a", "parts": [{}]}"#, "\"parts[].name\" is missing"),
        (#"{"name": "a", "extra": {"x": 1}}"#, "\"extra.x\" must be boolean, not 1"),
        (#"{"name": "a", "fields": {"field7": 1}}"#, "\"fields.field7\" is not in the schema"),
        (#"{"name": "a", "fields": {"customField7": "x"}}"#, "\"fields.customField7\" must be integer, not \"x\""),
        (#"{"name": "a", "owner": {"team": "x"}}"#, "\"owner.team\" must be integer, not \"x\""),
        (#"{"name": "a", "owner": {"user": "x", "age": 1}}"#, "\"owner.age\" is not in the schema"),
        (#"{"name": "a", "maker": {"name": "c", "age": 1}}"#, "\"maker.age\" is not in the schema"),
        (#"[]"#, "must be object, not []"),
    ])
    func findsWhatIsWrongInABody(json: String, complaint: String) throws {
        let found = try item(json).map { $0.replacing("POST /items ", with: "") }
        #expect(found.contains(complaint), "\(found)")
    }

    @Test func wantsABodyOfAKindItHas() throws {
        #expect(try complaints("POST", "/v2/items") == ["POST /items has no body, which is required"])
        #expect(try complaints("POST", "/v2/items", form: "name=a&count=2") == [])
        #expect(
            try complaints("POST", "/v2/items", form: "name=a&count=two&x=1") == [
                "POST /items: \"count\" must be integer, not \"two\"", "POST /items: \"x\" is not in the schema",
            ])
        #expect(
            try complaints("POST", "/v2/items", headers: [("Content-Type", "text/plain")]) == [
                "POST /items has no body, which is required"
            ])
    }

    @Test func looksAtTheTextsOfParts() throws {
        func found(_ fields: [(name: String, part: MultipartBody.Part)]) throws -> [String] {
            let parts = MultipartBody(boundary: "x")
            let headers = HTTPHeaders([("Content-Type", parts.contentType)])
            let request = HTTPRequest(
                "POST", "https://api.acme.test/v2/items", headers: headers, body: parts.body(fields))
            let document = OpenAPIDocument(DocumentFile(name: "acme.yaml", bytes: Array(Self.shop.utf8)))
            return try #require(document).complaints(about: DocumentedRequest(request)).map(\.description)
        }
        let file = MultipartBody.Part.file(FileReference(path: "/tmp/a", size: 1))
        #expect(try found([("file", file), ("count", .text("2"))]) == [])
        #expect(
            try found([("flie", file), ("count", .text("two"))]) == [
                "POST /items: \"flie\" is not in the body", "POST /items: \"count\" must be integer, not \"two\"",
            ])
    }

    @Test func comparesFormsOfTheOlderGeneration() throws {
        #expect(try complaints("POST", "/api/send", form: "to=a&count=2", of: Self.form) == [])
        #expect(try complaints("POST", "/api/send", json: #"{"to": "a", "count": 2}"#, of: Self.form) == [])
        #expect(
            try complaints("POST", "/api/send", form: "count=x&y=1", of: Self.form) == [
                "POST /send: \"count\" must be integer, not \"x\"", "POST /send: \"y\" is not in the formData",
                "POST /send: \"to\" is missing in the formData",
            ])
        #expect(
            try complaints("POST", "/api/send", json: #"{"count": "x", "y": [1]}"#, of: Self.form) == [
                "POST /send: \"y\" is not in the body", "POST /send: \"count\" must be integer, not \"x\"",
                "POST /send: \"to\" is missing in the body",
            ])
    }

    @Test func takesAFormForAQueryWhereTheDocumentHasQueriesOnly() throws {
        let query = Self.form.replacing("formData", with: "query")
        #expect(try complaints("POST", "/api/send", form: "to=a&count=2", of: query) == [])
        #expect(try complaints("POST", "/api/send?to=a", form: "count=2", of: query) == [])
        #expect(
            try complaints("POST", "/api/send", form: "count=x", of: query) == [
                "POST /send: \"to\" is missing in the query", "POST /send: \"count\" must be integer, not \"x\"",
                "POST /send: \"to\" is missing in the query",
            ])
    }

    @Test func anExceptionCoversItsNameAndWhatIsInIt() {
        let complaint = ContractComplaint(
            line: "POST /items/7/parts", pattern: "POST /items/{id}/parts", name: "owner.name", text: "is missing")
        func covers(_ request: String, _ name: String?) -> Bool {
            ContractNotes.Exception(request: request, name: name, reason: "").covers(complaint)
        }
        #expect(covers("POST /items/{id}", "owner") && covers("POST /items/7", nil) && covers("", "owner.name"))
        #expect(covers("", "*.name") && covers("", "*.owner.name") && !covers("", "*.owner") && !covers("", "*.ame"))
        #expect(!covers("POST /things", "owner") && !covers("", "own") && !covers("", "name"))
    }
}
