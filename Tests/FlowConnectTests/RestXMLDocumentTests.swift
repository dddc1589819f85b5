import FlowCore
import Testing

@Suite struct RestXMLDocumentTests {
    private static let document = RestXMLDocument(
        DocumentFile(
            name: "store.json",
            bytes: Array(
                #"""
                {"metadata":{"protocol":"rest-xml"},"operations":{
                 "PutThing":{"http":{"method":"PUT","requestUri":"/{Bucket}/{Key+}"},"input":{"shape":"Put"}},
                 "CopyThing":{"http":{"method":"PUT","requestUri":"/{Bucket}/{Key+}"},"input":{"shape":"Copy"}},
                 "DeleteThings":{"http":{"method":"POST","requestUri":"/{Bucket}?delete"},"input":{"shape":"Delete"}}},
                 "shapes":{
                 "Put":{"members":{"Class":{"location":"header","locationName":"x-amz-class"},
                  "Meta":{"location":"headers","locationName":"x-amz-meta-"}}},
                 "Copy":{"required":["Source"],"members":{"Source":{"location":"header","locationName":"x-amz-copy-source"}}},
                 "Delete":{"payload":"Delete","members":{"Delete":{"shape":"List","locationName":"Delete"}}},
                 "List":{"type":"structure","members":{"Objects":{"shape":"Objects","locationName":"Object"}}},
                 "Objects":{"type":"list","flattened":true,"member":{"shape":"Object"}},
                 "Object":{"type":"structure","members":{"Key":{"shape":"Text"}}}}}
                """#.utf8)))

    private func complaints(
        _ method: String, _ url: String, _ headers: [(String, String)] = [], body: String? = nil
    ) throws -> [String] {
        let fields = headers + (body == nil ? [] : [("Content-Type", "application/xml")])
        let request = HTTPRequest(
            method, url, headers: HTTPHeaders(fields), body: body.map { .bytes(Array($0.utf8)) } ?? .none)
        return try #require(Self.document).complaints(about: DocumentedRequest(request)).map {
            ($0.name ?? "-") + " " + $0.text
        }
    }

    @Test func knownRequestsHaveNoComplaints() throws {
        #expect(try complaints("PUT", "https://h.test/b/a/c", [("x-amz-class", "x"), ("x-amz-meta-y", "z")]) == [])
        #expect(
            try complaints("PUT", "https://b.s3.r.test/a/c", [("x-amz-copy-source", "/b/c"), ("x-amz-date", "d")]) == []
        )
        #expect(
            try complaints(
                "POST", "https://b.s3.r.test/?delete=", body: "<?xml?><Delete><Object><Key>a</Key></Object></Delete>")
                == [])
    }

    @Test func whatIsNotInTheDocumentIsNamed() throws {
        #expect(try complaints("GET", "https://h.test/b/a") == ["- is not in the document"])
        #expect(try complaints("POST", "https://h.test/b") == ["- is not in the document"])
        #expect(try complaints("PUT", "https://h.test/b/a?tag=1") == ["tag is not in the query of PutThing"])
        #expect(
            try complaints("PUT", "https://h.test/b/a", [("x-amz-copy-source", "s"), ("x-amz-class", "c")])
                == ["x-amz-class is no header of CopyThing"])
        #expect(
            try complaints("POST", "https://h.test/b?delete", body: "<Delete><Object><Name/></Object></Delete>")
                == ["Delete.Object.Name is not in the body of DeleteThings"])
        #expect(try complaints("PUT", "https://h.test/b/a", body: "<A/>") == ["body has no place in PutThing"])
    }
}
