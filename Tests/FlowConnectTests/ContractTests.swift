import FlowCore
import FlowSpec
import FlowTestKit
import Testing

@testable import FlowConnect

/// Every request that the operations of a connector send, against the vendor's own document: path, names and places of
/// parameters, and the body at depth.
@Suite(
    .enabled(if: VendorDocuments.areHere, "the vendors' documents are not beside the source tree in ../shared/specs"))
struct ContractTests {
    static let apps = ConnectorSource.embedded.connectorNames

    @Test(arguments: apps)
    func asksWhatTheVendorDocuments(app: String) async throws {
        let connector = try #require(try ConnectorSource.embedded.connector(app))
        guard let file = connector.contract else { return }
        let document = try #require(VendorDocuments.named(file), "\(file) can't be read, or is of no known format")
        let notes = try ContractNotes.of(app)
        var unused = Set(notes.exceptions.indices)
        for operation in connector.operations {
            let node = ConnectorNode(connector, operation)
            let requests = await ContractRequests(node, credential: Fake.credential(for: node.spec))
            var complaints = requests.complaints
            // An example leads one way only through several requests.
            let isLong = operation.mainRequests.count > 1
            let further = isLong ? try await ConversationTests.requests(of: "\(app).\(operation.name)") : []
            for complaint in (requests.sent + further).flatMap({ document.complaints(about: DocumentedRequest($0)) }) {
                let covering = notes.exceptions.indices.filter { notes.exceptions[$0].covers(complaint) }
                unused.subtract(covering)
                if covering.isEmpty, !complaints.contains(complaint.description) {
                    complaints.append(complaint.description)
                }
            }
            #expect(complaints.isEmpty, "\(app).\(operation.name)\n\(complaints.joined(separator: "\n"))")
        }
        for index in unused.sorted() {
            let exception = notes.exceptions[index]
            Issue.record("nothing needs the exception \(exception.request) \(exception.name ?? "")")
        }
    }

    @Test(arguments: apps)
    func saysWhyWhereItKnowsBetter(app: String) throws {
        let connector = try #require(try ConnectorSource.embedded.connector(app))
        let notes = try ContractNotes.of(app)
        #expect((connector.contract == nil) == (notes.none != nil), "name a contract, or say why there is \"none\"")
        for exception in notes.exceptions {
            #expect(exception.isDated, "\"\(exception.reason)\" must begin with a date and a colon: \"2026-11: \"")
            #expect(!exception.request.isEmpty || exception.name != nil)
        }
    }

    @Test func everyFileOfNotesIsOfAnApp() {
        let names = TestFiles.list(ContractNotes.folder).map { $0.prefix { $0 != "." } }
        #expect(names.allSatisfy { Self.apps.contains(String($0)) })
    }
}

/// What an operation sends for its examples, as they are and with each further parameter.
struct ContractRequests {
    private(set) var sent: [HTTPRequest] = []
    /// Parameters that could not be tried.
    private(set) var complaints: [String] = []
    private let node: ConnectorNode
    private let credential: Credential?

    init(_ node: ConnectorNode, credential: Credential?) async {
        self.node = node
        self.credential = credential
        for example in node.operation.examples { await add(example) }
    }

    private mutating func add(_ example: OperationExample) async {
        let missing = node.spec.parameters.filter { example.params[$0.name] == nil }
        sent += await attempt(example, with: []).requests
        let all = await attempt(example, with: missing)
        sent += all.requests
        guard all.failure != nil else { return }
        // Some don't go together, or lead to other answers than those of the example: one after the other then.
        for parameter in missing {
            let alone = await attempt(example, with: [parameter])
            sent += alone.requests
            let isInOther = node.operation.examples.contains { $0.params[parameter.name] != nil }
            if let failure = alone.failure, alone.requests.isEmpty, !isInOther {
                complaints.append("give \"\(parameter.name)\" an example that can be sent: \(failure)")
            }
        }
    }

    private func attempt(
        _ example: OperationExample, with parameters: [Parameter]
    ) async -> (requests: [HTTPRequest], failure: Failure?) {
        var example = example
        for parameter in parameters { example.params[parameter.name] = Self.sample(of: parameter) }
        if let only = parameters.first, parameters.count == 1 {
            for name in Self.rivals(of: only.name, in: node.spec.rules) { example.params[name] = Value?.none }
        }
        let client = ReplyingClient(example.replies)
        do {
            _ = try await ExampleTrial.output(node, example.params, client, credential: credential)
            return (client.requests, nil)
        } catch {
            return (client.requests, Failure(error))
        }
    }

    /// What must not be given beside a parameter, with what is given only together with that.
    private static func rivals(of name: String, in rules: [NodeSpec.Rule]) -> Set<String> {
        var rivals: Set<String> = []
        for case .one(let names) in rules where names.contains(name) { rivals.formUnion(names.filter { $0 != name }) }
        for case .together(let names) in rules where !rivals.isDisjoint(with: names) { rivals.formUnion(names) }
        return rivals
    }

    /// Of what is made of further values nothing but the outside, as only an example knows what belongs into it.
    private static func sample(of parameter: Parameter) -> Value {
        if let value = parameter.example ?? parameter.choices.first { return value }
        return switch parameter.type {
        case .int, .number: .int(Int64(parameter.minimum ?? 1))
        case .bool: true
        case .list(of: .map), .list(of: .any): []
        case .list(of: .int): [1]
        case .list: ["a"]
        case .map: .map(ValueMap())
        case .timestamp: "2026-01-02T03:04:05Z"
        case .duration: "90s"
        case .file: "/tmp/sample.txt"
        default: "a"
        }
    }
}
