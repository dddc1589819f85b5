import FlowCore
import Testing

/// What a comparison with a list of methods finds.
@Suite struct MethodListDocumentTests {
    private static let bots = """
        {"methods": {"send": {"fields": [
            {"name": "chat", "types": ["Integer", "String"], "required": true},
            {"name": "loud", "types": ["Boolean"], "required": false},
            {"name": "keys", "types": ["Array of Array of Key"], "required": false},
            {"name": "media", "types": ["Media"], "required": false}]}},
         "types": {"Key": {"fields": [{"name": "text", "types": ["String"], "required": true}]},
            "Media": {"subtypes": ["Photo", "Track"]},
            "Photo": {"fields": [{"name": "width", "types": ["Integer"], "required": true}]},
            "Track": {"fields": [{"name": "artist", "types": ["String"], "required": true}]}}}
        """

    private func complaints(_ path: String, json: String? = nil) throws -> [String] {
        let file = DocumentFile(name: "bots.json", bytes: Array(Self.bots.utf8))
        let document = try #require(VendorDocuments.document(file))
        var request = HTTPRequest(json == nil ? "GET" : "POST", "https://api.acme.test" + path)
        if let json {
            request.body = .bytes(Array(json.utf8))
            request.headers["Content-Type"] = "application/json"
        }
        return document.complaints(about: DocumentedRequest(request)).map(\.description)
    }

    @Test func takesWhatIsRight() throws {
        #expect(try complaints("/botfake:token/send?chat=1&loud=true") == [])
        let body = #"{"chat": "@shop", "keys": [[{"text": "a"}]], "media": {"artist": "b"}}"#
        #expect(try complaints("/botfake:token/send", json: body) == [])
    }

    @Test(arguments: [
        (#"{"chat": true}"#, "POST /send: \"chat\" must be Integer, not true"),
        (#"{"chat": 1, "loud": "yes"}"#, "POST /send: \"loud\" must be Boolean, not \"yes\""),
        (#"{"loud": true}"#, "POST /send: \"chat\" is missing"),
        (#"{"chat": 1, "noise": 1}"#, "POST /send: \"noise\" is not among the fields"),
        (#"{"chat": 1, "keys": [{"text": "a"}]}"#, "POST /send: \"keys[]\" must be a list, not {\"text\":\"a\"}"),
        (#"{"chat": 1, "keys": [[{}]]}"#, "POST /send: \"keys[][].text\" is missing"),
        (#"{"chat": 1, "media": {"width": "x"}}"#, "POST /send: \"media.width\" must be Integer, not \"x\""),
    ])
    func findsWhatIsWrong(json: String, complaint: String) throws {
        #expect(try complaints("/botfake:token/send", json: json) == [complaint])
    }

    @Test func knowsTheMethods() throws {
        #expect(try complaints("/botfake:token/sing") == ["GET /sing is not in the document"])
        #expect(try complaints("/file/botfake:token/a.jpg") == ["GET /botfake:token/a.jpg is not in the document"])
        #expect(try complaints("/botfake:token/send?chat=1&x=2") == ["GET /send: \"x\" is not among the fields"])
    }
}
