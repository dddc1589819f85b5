import FlowConnect
import FlowCore
import Testing

/// What a mock refuses of requests that any program may send.
@Suite struct MockStrictnessTests {
    private static let head = """
        headers: { Acme-Version: "2026-01-01", Accept: application/json }
        required_headers: [Acme-Version]
        auth: { acme_token: { type: bearer, fields: { token: { secret: true } } } }
        """

    private static let operations = """
          ask:
            summary: Ask.
            effect: write
            request: POST ask
            params: { model: { type: string, required: true }, heat: { type: number } }
            json: { model: "${{ params.model }}", heat: "${{ params.heat }}", format: { type: text } }
            example: { params: { model: a }, reply: { json: { did: ask } } }
          share:
            summary: Share.
            effect: write
            request: POST shares
            params:
              path: { type: string, required: true }
              audience: { type: string, in: json.settings }
              more: { type: map, in: json.labels, spread: true }
            example: { params: { path: /a }, reply: { json: { did: share } } }
          post:
            summary: Post.
            effect: write
            request: POST posts
            params: { to: { type: string, required: true, in: form }, count: { type: int, in: form } }
            example: { params: { to: a }, reply: { json: { did: post } } }
          list:
            summary: List.
            effect: read
            request: GET posts
            params: { limit: { type: int }, sort: { type: string, enum: [asc, desc] }, all: { type: bool } }
            example: { params: {}, reply: { json: [] } }
          show:
            summary: Show.
            effect: read
            request: GET posts/{id}
            params: { id: { type: int, required: true } }
            example: { params: { id: 7 }, reply: { json: { did: show } } }
          drive:
            summary: Show a drive.
            effect: read
            request: GET /{+drive}/items
            params: { drive: { type: string, required: true, pattern: "^(me|drives/[^/]+)$" } }
            example: { params: { drive: me }, reply: { json: { did: drive } } }
          find:
            summary: Find.
            effect: read
            request: POST graphql
            graphql: { query: "query($id: String!) { find(id: $id) }" }
            params: { id: { type: string, required: true } }
            example: { params: { id: a }, reply: { json: { did: find } } }
          store:
            summary: Store.
            effect: write
            request: PUT things/{key}
            params: { key: { type: string, required: true } }
            example: { params: { key: a }, reply: { json: { did: store } } }
          tag:
            summary: Tag.
            effect: write
            request: PUT things/{key}?tagging
            params: { key: { type: string, required: true } }
            example: { params: { key: a }, reply: { json: { did: tag } } }
        """

    private func answer(
        _ method: String, _ target: String, _ body: String = "", type: String = "application/json",
        headers: [(String, String)] = [("Authorization", "Bearer x"), ("Acme-Version", "2026-02-02")]
    ) throws -> String {
        let connector = try TestConnector(Self.operations, head: Self.head)
        let app = MockApp(connector.connector, url: "http://127.0.0.1:1/acme")
        let reply = app.answer(
            MockRequest(
                method: method, target: target, headers: HTTPHeaders([("Content-Type", type)] + headers),
                body: Array(body.utf8)))
        let json = try? JSON.parse(reply.body)
        return "\(reply.status) \(json?["error"]?.stringValue ?? json?["did"]?.stringValue ?? "")"
    }

    @Test func aHeaderThatTheServiceNeedsIsAskedFor() throws {
        let refusal = try answer("GET", "/posts", headers: [("Authorization", "Bearer x")])
        #expect(refusal == "400 the header \"Acme-Version\" is missing")
        #expect(try answer("GET", "/posts").hasPrefix("200"))
    }

    @Test(arguments: ["Bearer ", "Bearer", "Basic eDp5", "x"])
    func aCredentialOfAnotherKindIsNone(authorization: String) throws {
        let refusal = try answer(
            "GET", "/posts", headers: [("Authorization", authorization), ("Acme-Version", "2026-02-02")])
        #expect(refusal == "401 the request has no credential of acme")
    }

    @Test func whatTheConnectorAlwaysSendsIsAskedFor() throws {
        #expect(try answer("POST", "/ask") == "400 \"model\" is missing")
        #expect(try answer("POST", "/ask", #"{"model":"a"}"#) == "400 \"format\" is missing")
        #expect(try answer("POST", "/ask", #"{"model":"a","format":{}}"#) == "400 \"format.type\" is missing")
        #expect(try answer("POST", "/ask", #"{"model":"a","format":{"type":"text"}}"#) == "200 ask")
    }

    @Test func membersAreHeldAtAnyDepth() throws {
        #expect(
            try answer("POST", "/shares", #"{"path":"/a","settings":{"colour":"red"}}"#)
                == "400 unknown member \"settings.colour\" in the body")
        #expect(
            try answer("POST", "/shares", #"{"path":"/a","colour":"red"}"#)
                == "400 unknown member \"colour\" in the body")
        #expect(
            try answer("POST", "/shares", #"{"path":"/a","settings":{"audience":"all"},"labels":{"colour":"red"}}"#)
                == "200 share")
        #expect(
            try answer("POST", "/ask", #"{"model":"a","format":{"type":"text","x":1}}"#)
                == "400 unknown member \"format.x\" in the body")
    }

    @Test func aFormIsHeldAsJSONIs() throws {
        let form = "application/x-www-form-urlencoded"
        #expect(try answer("POST", "/posts", "", type: form) == "400 \"to\" is missing")
        #expect(try answer("POST", "/posts", "to=a", type: "text/plain") == "400 the body must be a form")
        #expect(
            try answer("POST", "/posts", "to=a&count=many", type: form)
                == "400 \"count\" must be an int, not \"many\"")
        #expect(try answer("POST", "/posts", "to=a&count=3", type: form) == "200 post")
    }

    @Test func whatTheQuerySaysMustBeOfItsType() throws {
        #expect(try answer("GET", "/posts?limit=many") == "400 \"limit\" must be an int, not \"many\"")
        #expect(try answer("GET", "/posts?sort=up") == "400 \"sort\" must be one of \"asc\", \"desc\"")
        #expect(try answer("GET", "/posts?all=yes") == "400 \"all\" must be a bool, not \"yes\"")
        #expect(try answer("GET", "/posts?limit=3&sort=asc&all=true").hasPrefix("200"))
    }

    @Test func aPlaceThatTheAppCanNotHaveIsNotThere() throws {
        #expect(try answer("GET", "/posts/7") == "200 show")
        #expect(try answer("GET", "/posts/seven") == "404 the mock of acme has no /posts/seven")
        #expect(try answer("GET", "/drives/d1/items") == "200 drive")
        #expect(try answer("GET", "/elsewhere/items") == "404 the mock of acme has no /elsewhere/items")
    }

    @Test func whatIsAskedOfOneAddressIsHeldToo() throws {
        let query = #""query":"query($id: String!) { find(id: $id) }""#
        #expect(try answer("POST", "/graphql", #"{\#(query),"variables":{"id":"a"}}"#) == "200 find")
        #expect(
            try answer("POST", "/graphql", #"{\#(query),"variables":{"id":"a","colour":"red"}}"#)
                == "400 unknown member \"variables.colour\" in the body")
        #expect(try answer("POST", "/graphql", #"{\#(query)}"#) == "400 \"id\" is missing")
        let other = #"{"query":"{ all }"}"#
        #expect(
            try answer("POST", "/graphql", other) == "400 the mock of acme has no answer to what is asked of /graphql")
        #expect(try answer("POST", "/graphql", other, headers: []) == "401 the request has no credential of acme")
    }

    @Test func anUnknownNameInTheQueryIsNotTakenForAMissingOne() throws {
        #expect(try answer("PUT", "/things/a?colour=red") == "400 unknown parameter \"colour\" in the query")
        #expect(try answer("PUT", "/things/a?tagging") == "200 tag")
        #expect(try answer("PUT", "/things/a") == "200 store")
    }
}
