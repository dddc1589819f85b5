import FlowCore
import FlowTestKit
import Testing

/// Readers of vendors' documents that are no OpenAPI, each tried with a small document and with requests that differ.
@Suite struct OtherDocumentTests {
    // MARK: GraphQL

    private static let schema = """
        "The root."
        type Query {
          item(id: String!): Item
          items(first: Int = 10, filter: ItemFilter, kinds: [Kind!]): ItemConnection! @deprecated(reason: "no more")
        }
        type Mutation implements Root & Other {
          \"""
          Makes one, with "quotes" and a } brace.
          \"""
          itemCreate(input: ItemInput!): Item!
        }
        scalar Date
        enum Kind { TOY "The other." CAR }
        input ItemInput { name: String!, kind: Kind = TOY, tags: [String!], parts: [ItemInput!], due: Date, count: Int }
        input ItemFilter { name: StringFilter or: [ItemFilter!] }
        input StringFilter { eq: String in: [String!] }
        type Item { id: ID! name: String! parts(first: Int): [Item!]! }
        type ItemConnection { nodes: [Item!]! }
        """

    private func graphQL(_ query: String, _ variables: Value = .map(ValueMap())) throws -> Set<String> {
        let document = try #require(
            VendorDocuments.document(DocumentFile(name: "acme.graphql", bytes: Array(Self.schema.utf8))))
        var request = HTTPRequest("POST", "https://api.acme.test/graphql")
        request.headers["Content-Type"] = "application/json"
        request.body = .bytes(JSON.bytes(["query": .string(query), "variables": variables]))
        return Set(document.complaints(about: DocumentedRequest(request)).map { "\($0.name ?? "") \($0.text)" })
    }

    @Test func takesQueriesThatFitTheSchema() throws {
        #expect(try graphQL("query { item(id: \"1\") { id parts(first: 2) { name } } }").isEmpty)
        #expect(
            try graphQL(
                "query Items($f: ItemFilter, $n: [Kind!]) { items(filter: $f, kinds: $n) { nodes { id } } }",
                ["f": ["or": [["name": ["in": ["a"]]]]], "n": ["CAR"]]
            ).isEmpty)
        #expect(
            try graphQL(
                "query($name: String!) { all: items(filter: { or: [{ name: { eq: $name } }] }) { nodes { id } } }",
                ["name": "a"]
            ).isEmpty)
        #expect(
            try graphQL(
                "mutation Create($input: ItemInput!) { itemCreate(input: $input) { id } }",
                ["input": ["name": "a", "kind": "TOY", "parts": [["name": "b"]], "due": "2030-01-31", "count": 1]]
            ).isEmpty)
    }

    @Test func findsWhatAGraphQLSchemaDoesNotKnow() throws {
        #expect(try graphQL("query { item(id: \"1\") { colour } }") == ["item.colour is no field of Item"])
        #expect(try graphQL("query { item(id: \"1\") }") == ["item needs fields"])
        #expect(try graphQL("query { item(id: \"1\") { id { x } } }") == ["item.id has no fields"])
        #expect(try graphQL("query { item(nr: 1) { id } }") == ["item(nr) is no argument", "item(id) is missing"])
        #expect(try graphQL("query { items(kinds: [BUS]) { nodes { id } } }") == ["items(kinds) can't be BUS"])
        #expect(
            try graphQL("query($id: Int!) { item(id: $id) { id } }", ["id": 1])
                == ["item(id) is String!, not Int! as $id"])
        #expect(
            try graphQL("query { item(id: $id) { id } }", ["id": "1"])
                == ["item(id) is String!, not declared as $id", "$id is a variable that the query doesn't declare"])
        #expect(
            try graphQL(
                "mutation Create($input: ItemInput!) { itemCreate(input: $input) { id } }",
                ["input": ["kind": "BUS", "colour": "red", "tags": [1], "count": "x"]])
                == [
                    "$input.kind can't be \"BUS\"", "$input.colour is no member of ItemInput", "$input.name is missing",
                    "$input.tags[] must be String, not 1", "$input.count must be Int, not \"x\"",
                ])
        #expect(try graphQL("query { item(id: \"1\") { id }") == ["query can't be read"])
    }

    // MARK: Endpoints of an SDK in TypeScript

    private static let endpoints = """
        export type MovePageParameters = {}

        export const movePage = {
          method: "post",
          pathParams: ["page_id"],
          queryParams: ["dry"],
          bodyParams: [
            "parent",
            "position",
          ],

          path: (p: MovePagePathParameters): string =>
            `pages/${p.page_id}/move`,
        } as const

        export const sendFile = {
          method: "post", pathParams: [], queryParams: [], bodyParams: [], formDataParams: ["file", "part"],
          path: (): string => `files`,
        } as const
        """

    private func endpoints(_ method: String, _ path: String, json: Value? = nil, form: String? = nil) throws -> [String]
    {
        let file = DocumentFile(name: "acme.types.tar.gz", bytes: Array(Self.endpoints.utf8))
        let document = try #require(VendorDocuments.document(file))
        var request = HTTPRequest(method, "https://api.acme.test/v1" + path)
        if let json {
            request.headers["Content-Type"] = "application/json"
            request.body = .bytes(JSON.bytes(json))
        }
        if let form {
            request.headers["Content-Type"] = "application/x-www-form-urlencoded"
            request.body = .bytes(Array(form.utf8))
        }
        return document.complaints(about: DocumentedRequest(request)).map(\.description)
    }

    @Test func readsEndpointsOfTypeScript() throws {
        #expect(try endpoints("POST", "/pages/7/move?dry=1", json: ["parent": ["a": 1]]) == [])
        #expect(try endpoints("POST", "/files", form: "file=x&part=1") == [])
        #expect(
            try endpoints("POST", "/pages/7/move?wet=1", json: ["child": 1]) == [
                "POST /pages/7/move: \"wet\" is not in the query", "POST /pages/7/move: \"child\" is not in the body",
            ])
        #expect(try endpoints("GET", "/pages/7/move") == ["GET /pages/7/move is not in the document"])
    }

    // MARK: Operations of an SDK in Python

    private static let operations = """
        {"operations": [{"method": "POST", "path": "/v1/refunds/{id}",
          "params": {"amount": {"required": true, "type": "int"}, "test": {"type": "bool"},
            "reason": {"type": "Literal['lost', 'late']|str"}, "metadata": {"type": "Literal['']|Dict[str, str]"},
            "expand": {"type": "List[str]"}, "items": {"type": "List['Item']"}},
          "nested": {"Item": {"price": {"type": "str"}, "count": {"type": "int"}}}}]}
        """

    private func operations(_ form: String, path: String = "/v1/refunds/1") throws -> [String] {
        let file = DocumentFile(name: "acme.json", bytes: Array(Self.operations.utf8))
        let document = try #require(VendorDocuments.document(file))
        var request = HTTPRequest("POST", "https://api.acme.test" + path)
        request.headers["Content-Type"] = "application/x-www-form-urlencoded"
        request.body = .bytes(Array(form.utf8))
        return document.complaints(about: DocumentedRequest(request)).map { "\($0.name ?? "") \($0.text)" }
    }

    @Test func readsListsOfOperations() throws {
        #expect(
            try operations(
                "amount=1&test=true&reason=late&metadata[a]=b&expand[0]=x&items[0][price]=p&items[1][count]=2")
                == [])
        #expect(try operations("", path: "/v1/refund") == [" is not in the document"])
        #expect(
            try operations("test=yes&reason=why&items[0][size]=1&colour=red&items[0][count]=x") == [
                "test must be true or false, not \"yes\"", "reason must not be \"why\"",
                "items[0][size] is not in the document", "colour is not in the document",
                "items[0][count] must be a whole number, not \"x\"", "amount is missing",
            ])
    }

    // MARK: The schema of one message

    @Test func readsTheSchemaOfAMessage() throws {
        let text = """
            {"sdk": "acme 1", "MessageCreateParams": {"type": "object", "required": ["model"],
              "properties": {"model": {"type": "string"}, "item": {"$ref": "#/$defs/Item"}},
              "$defs": {"Item": {"type": "object", "properties": {"id": {"type": "integer"}}}}}}
            """
        let document = try #require(VendorDocuments.document(DocumentFile(name: "acme.json", bytes: Array(text.utf8))))
        func complaints(_ path: String, _ json: Value) -> Set<String> {
            var request = HTTPRequest("POST", "https://api.acme.test" + path)
            request.headers["Content-Type"] = "application/json"
            request.body = .bytes(JSON.bytes(json))
            return Set(document.complaints(about: DocumentedRequest(request)).map { "\($0.name ?? "") \($0.text)" })
        }
        #expect(complaints("/v1/messages", ["model": "m", "item": ["id": 1]]).isEmpty)
        #expect(complaints("/v1/messages?beta=1", ["model": "m"]) == ["beta is not in the query"])
        #expect(
            complaints("/v1/messages", ["item": ["no": 1]]) == ["model is missing", "item.no is not in the schema"])
        #expect(complaints("/v1/models", [:]) == [" is not in the document"])
    }
}
