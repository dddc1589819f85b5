import FlowCore

/// JSON Schemas that were generated from a vendor's SDK, of which one is of a request's body:
/// `{ "sdk": …, "MessageCreateParams": { … } }`.
struct MessageSchema: VendorDocument {
    private static let line = "POST /v1/messages"
    private let schema: Value

    init?(_ file: DocumentFile) {
        guard let root = file.value, root["sdk"] != nil, let schema = root["MessageCreateParams"] else { return nil }
        self.schema = schema
    }

    func complaints(about request: DocumentedRequest) -> [ContractComplaint] {
        let line = "\(request.method) \(request.path)"
        func complaint(_ name: String?, _ text: String) -> ContractComplaint {
            ContractComplaint(line: line, pattern: line, name: name, text: text)
        }
        guard line == Self.line else { return [complaint(nil, "is not in the document")] }
        guard case .json(let body) = request.body else { return [complaint(nil, "has no JSON body")] }
        return request.query.map { complaint($0.name, "is not in the query") }
            + JSONSchema(root: schema).complaints(about: body, schema).map { complaint($0.place, $0.text) }
    }
}
