import FlowCore
import FlowTestKit
import Testing

/// Which conversations there have to be, as the connector files say: a list, a step, a file or a kind of refusal that is
/// added wants one of its own.
@Suite struct NeededCaseTests {
    private static let ofSeveralRequests = ["steps", "poll", "batch", "resolve", "variants"]

    @Test(arguments: WrittenConnector.all)
    func everyListIsReadOverThreePages(app: WrittenConnector) {
        for operation in app.operations where operation.has("paginate") {
            let isRead = app.conversations(of: [operation.name]).contains { $0.succeeds && $0.exchanges.count >= 3 }
            #expect(isRead, "no case reads three pages of \(app.name).\(operation.name)")
        }
    }

    @Test(arguments: WrittenConnector.all)
    func whatMayTakeSeveralRequestsIsSeen(app: WrittenConnector) {
        for operation in app.operations where Self.ofSeveralRequests.contains(where: operation.has) {
            #expect(!app.conversations(of: [operation.name]).isEmpty, "no case for \(app.name).\(operation.name)")
        }
    }

    @Test(arguments: WrittenConnector.all)
    func whatIsDoneAlreadyIsSeen(app: WrittenConnector) {
        for operation in app.operations where operation.has("done_already") {
            let isSeen = app.conversations(of: [operation.name]).contains { $0.succeeds && $0.losesAnAnswer }
            #expect(isSeen, "no case repeats \(app.name).\(operation.name) after a lost answer")
        }
    }

    @Test(arguments: WrittenConnector.all)
    func whatIsAWriteWithSomeArgumentsIsSeen(app: WrittenConnector) {
        for operation in app.operations where operation.has("write_when") {
            let isSeen = app.conversations(of: [operation.name]).contains { $0.failure?["kind"] == "uncertain" }
            #expect(isSeen, "no case of \(app.name).\(operation.name) is uncertain")
        }
    }

    @Test(arguments: WrittenConnector.all)
    func everyAppTellsToSlowDown(app: WrittenConnector) {
        #expect(app.conversations().contains { $0.failure?["kind"] == "rate_limited" })
    }

    @Test(arguments: WrittenConnector.all)
    func filesGoUpAndComeDown(app: WrittenConnector) {
        let uploads = app.operations.filter(\.takesFile).map(\.name)
        let downloads = app.operations.filter(\.savesFile).map(\.name)
        if !uploads.isEmpty {
            #expect(app.conversations(of: Set(uploads)).contains { $0.succeeds && !$0.files.isEmpty })
        }
        if !downloads.isEmpty {
            #expect(app.conversations(of: Set(downloads)).contains { $0.succeeds && !$0.saved.isEmpty })
        }
    }

    @Test(arguments: WrittenConnector.all)
    func everyKindOfRefusalIsSeen(app: WrittenConnector) {
        for rules in app.errorRules {
            let conversations = app.conversations(of: rules.operations)
            for (kind, signs) in rules.rules["kinds"]?.mapValue ?? ValueMap() {
                let isSeen = conversations.contains { $0.fails(as: kind.text, by: signs.listValue ?? []) }
                let place = rules.operations.map { " of \($0.sorted().joined(separator: ", "))" } ?? ""
                #expect(isSeen, "no case of \(app.name) shows what is \(kind.text) by the errors\(place)")
            }
        }
    }
}

extension WrittenConnector.Operation {
    fileprivate var takesFile: Bool {
        (text["params"]?.mapValue ?? ValueMap()).contains { $0.value["type"] == "file" || $0.value["of"] == "file" }
    }

    fileprivate var savesFile: Bool { Self.saves(text) }

    private static func saves(_ value: Value) -> Bool {
        if let items = value.listValue { return items.contains(where: saves) }
        guard let map = value.mapValue else { return false }
        return map["save"] != nil || map.contains { !["example", "examples"].contains($0.key.text) && saves($0.value) }
    }
}

extension ConversationCase {
    fileprivate var failure: ValueMap? { if case .failure(let failure) = outcome { failure } else { nil } }

    fileprivate var succeeds: Bool { failure == nil }

    /// What is uncertain of a write can be repeated of all else.
    fileprivate func fails(as kind: String, by signs: [Value]) -> Bool {
        guard let failure, let found = failure["kind"]?.stringValue,
            found == kind || kind == "uncertain" && found == "transient"
        else { return false }
        return signs.contains { sign in
            if let status = sign.intValue { return isAnswered(Int(status)) }
            return sign == failure["code"] || sign.stringValue?.contains("${{") == true
        }
    }
}
