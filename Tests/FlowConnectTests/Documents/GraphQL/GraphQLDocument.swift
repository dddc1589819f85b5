import FlowCore

/// A GraphQL schema, with which every query to its one endpoint is compared.
struct GraphQLDocument: VendorDocument {
    private let schema: GraphQLSchema

    init?(_ file: DocumentFile) {
        guard file.name.contains(".graphql") else { return nil }
        schema = GraphQLSchema(file.text)
    }

    func complaints(about request: DocumentedRequest) -> [ContractComplaint] {
        let line = "\(request.method) \(request.path)"
        func complaint(_ name: String?, _ text: String) -> ContractComplaint {
            ContractComplaint(line: line, pattern: line, name: name, text: text)
        }
        guard request.path.hasSuffix("/graphql"), case .json(let body) = request.body else {
            return [complaint(nil, "is no query")]
        }
        guard let query = body["query"]?.stringValue.flatMap(GraphQLQuery.init) else {
            return [complaint("query", "can't be read")]
        }
        return GraphQLCheck(query, variables: body["variables"]?.mapValue ?? ValueMap(), in: schema).complaints
            .map { complaint($0.name, $0.text) }
    }
}
