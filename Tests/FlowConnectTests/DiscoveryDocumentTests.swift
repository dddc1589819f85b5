import FlowCore
import FlowSpec
import Testing

/// What a comparison with a discovery document finds.
@Suite struct DiscoveryDocumentTests {
    private static let shop = """
        {"discoveryVersion": "v1", "servicePath": "shop/v1/",
         "parameters": {"fields": {"type": "string", "location": "query"}},
         "resources": {"items": {
           "methods": {
             "update": {
               "httpMethod": "PATCH", "path": "items/{itemId}", "request": {"$ref": "Item"},
               "mediaUpload": {"protocols": {"simple": {"path": "/upload/shop/v1/items/{itemId}"}}},
               "parameters": {
                 "itemId": {"type": "string", "location": "path", "required": true},
                 "kind": {"type": "string", "location": "query", "required": true, "enum": ["toy", "tool"]},
                 "tags": {"type": "string", "location": "query", "repeated": true}}}},
           "resources": {"parts": {"methods": {
             "list": {"httpMethod": "GET", "path": "items/{itemId}/parts:all", "parameters": {}}}}}}},
         "schemas": {
           "Item": {"type": "object", "properties": {
             "count": {"type": "integer"}, "extra": {"type": "any"},
             "parts": {"type": "array", "items": {"$ref": "Part"}}}},
           "Part": {"type": "object", "properties": {"name": {"type": "string"}}}}}
        """

    private func complaints(_ method: String, _ path: String, json: String? = nil) throws -> [String] {
        let file = DocumentFile(name: "shop.json", bytes: Array(Self.shop.utf8))
        let document = try #require(VendorDocuments.document(file))
        var request = HTTPRequest(method, "https://shop.acme.test" + path, headers: HTTPHeaders())
        if let json {
            request.body = .bytes(Array(json.utf8))
            request.headers["Content-Type"] = "application/json"
        }
        return document.complaints(about: DocumentedRequest(request)).map(\.description)
    }

    @Test func rightRequests() throws {
        let body = #"{"count": 1, "extra": [1], "parts": [{"name": "a"}]}"#
        #expect(try complaints("PATCH", "/shop/v1/items/a?kind=toy&tags=x&tags=y&fields=id", json: body) == [])
        #expect(try complaints("GET", "/shop/v1/items/a/parts:all") == [])
        #expect(try complaints("PATCH", "/upload/shop/v1/items/a?kind=tool", json: body) == [])
    }

    @Test func wrongRequests() throws {
        #expect(try complaints("PUT", "/shop/v1/items/a") == ["PUT /shop/v1/items/a is not in the document"])
        #expect(
            try complaints("PATCH", "/shop/v1/items/a?kind=gift&colour=red", json: #"{"parts": [{"nmae": 1}]}"#) == [
                #"PATCH /shop/v1/items/a: "kind" must be one of "toy", "tool", not "gift""#,
                #"PATCH /shop/v1/items/a: "colour" is not in the query"#,
                #"PATCH /shop/v1/items/a: "parts[].nmae" is not in the schema"#,
            ])
        #expect(
            try complaints("PATCH", "/shop/v1/items/a", json: #"{"count": "1"}"#) == [
                #"PATCH /shop/v1/items/a: "kind" is missing in the query"#,
                #"PATCH /shop/v1/items/a: "count" must be integer, not "1""#,
            ])
    }
}
