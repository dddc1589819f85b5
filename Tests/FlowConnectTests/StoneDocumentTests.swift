import FlowCore
import FlowSpec
import Testing

/// What a comparison with Stone files finds.
@Suite struct StoneDocumentTests {
    private static let files = """
        namespace shop

        import common

        alias ItemId = String(pattern="(id:|/).*")

        struct Base
            "Over two
            lines, with \\"quotes\\""
            name common.Name
            count UInt32(max_value=10) = 1

        struct Item extends Base
            id ItemId
                "Which one."
            mode Mode = add
            parts List(Part)?

            example default
                id = "a"

        union Mode
            add
                "Keeps the old one."
            update String
            replace Part

        struct Part
            size Float64

        route items/put:2 (Item, Void, Void)
            "Puts an item."

        route items/send (Item, Void, Void)
            attrs
                host = "content"
                style = "upload"

        route ping (Void, Void, Void)

        """ + "\0\0common.stone\0\0namespace common\nalias Name = String\n"

    private func complaints(
        _ address: String, json: String? = nil, argument: String? = nil, method: String = "POST"
    ) throws -> [String] {
        let file = DocumentFile(name: "shop.stone.tar.gz", bytes: Array(Self.files.utf8))
        let document = try #require(VendorDocuments.document(file))
        var request = HTTPRequest(method, "https://" + address, headers: HTTPHeaders())
        request.headers["Dropbox-API-Arg"] = argument
        if let json {
            request.body = .bytes(Array(json.utf8))
            request.headers["Content-Type"] = "application/json"
        }
        return document.complaints(about: DocumentedRequest(request)).map(\.description)
    }

    @Test func rightRequests() throws {
        let put = "api.acme.test/2/shop/items/put_v2"
        #expect(try complaints(put, json: #"{"name": "a", "id": "/x"}"#) == [])
        #expect(try complaints(put, json: #"{"name": "a", "id": "/x", "mode": "add", "parts": [{"size": 1.5}]}"#) == [])
        #expect(
            try complaints(put, json: #"{"name": "a", "id": "/x", "mode": {".tag": "update", "update": "r"}}"#) == [])
        #expect(try complaints(put, json: #"{"name": "a", "id": "/x", "mode": {".tag": "replace", "size": 2}}"#) == [])
        #expect(try complaints("content.acme.test/2/shop/items/send", argument: #"{"name": "a", "id": "/x"}"#) == [])
        #expect(try complaints("api.acme.test/2/shop/ping") == [])
        #expect(try complaints("api.acme.test/2/shop/ping", json: "null") == [])
    }

    @Test func wrongPlaces() throws {
        #expect(
            try complaints("api.acme.test/2/shop/items/put", json: "{}") == [
                "POST /2/shop/items/put is not in the document"
            ])
        #expect(
            try complaints("api.acme.test/2/shop/items/send", argument: #"{"name": "ä", "id": "/x"}"#) == [
                "POST /2/shop/items/send goes to api.acme.test, not to the host content",
                #"POST /2/shop/items/send: "Dropbox-API-Arg" is no JSON in ASCII"#,
            ])
        #expect(
            try complaints("api.acme.test/2/shop/ping?a=1", json: "{}") == [
                #"POST /2/shop/ping: "a" is not in the query"#, "POST /2/shop/ping has an argument",
            ])
    }

    @Test func wrongArguments() throws {
        let put = "api.acme.test/2/shop/items/put_v2"
        #expect(
            try complaints(put, json: #"{"id": 1, "colour": "red", "mode": "replce"}"#).sorted() == [
                #"POST /2/shop/items/put_v2: "colour" is not in the schema"#,
                #"POST /2/shop/items/put_v2: "id" must be string, not 1"#,
                #"POST /2/shop/items/put_v2: "mode" must be one of "add", not "replce""#,
                #"POST /2/shop/items/put_v2: "name" is missing"#,
            ])
    }
}
