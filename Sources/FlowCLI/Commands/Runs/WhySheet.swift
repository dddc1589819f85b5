import FlowCore
import FlowExpression
import FlowRun
import FlowStore
import FlowWorkflow

/// Why a step ran or was skipped, and why an `assert` held or failed: its conditions with the values they saw.
struct WhySheet {
    private struct Condition {
        /// `if` or `assert`.
        var keyword: String
        var expression: Expression
        var explanation: Explanation
    }

    private let path: String
    private let stored: StoredStep
    private let view: RecordedView
    private let secrets: RecordedSecrets
    private var conditions: [Condition] = []

    /// - Throws: an `Exit` of status `usage` where there is nothing to explain.
    init(_ path: String, _ stored: StoredStep, _ view: RecordedView, _ secrets: RecordedSecrets) throws {
        self.path = path
        self.stored = stored
        self.view = view
        self.secrets = secrets
        guard let step = view.step else { return }
        if let condition = step.condition, wasAsked { add("if", condition) }
        if case .assert(let that, _) = step.kind, stored.status != .skipped {
            if step.loop != nil, !path.hasSuffix("]") {
                throw Exit.usage(
                    "\"\(path)\" asserts something of each of its items", hint: "name one, as in --step '\(path)[0]'")
            }
            add("assert", that)
        }
        if conditions.isEmpty, wasAsked {
            throw Exit.usage(
                "the step \"\(path)\" has no if and is no assert, so there is no condition to explain",
                hint: "leave out --why")
        }
    }

    /// A step that is skipped for another one's sake never has its condition looked at.
    private var wasAsked: Bool { stored.status != .skipped || stored.isSkippedByCondition }

    private var status: RunStatus { view.item?.status ?? stored.status }

    private mutating func add(_ keyword: String, _ expression: Expression) {
        let explanation = expression.explain(view.scope)
        conditions.append(Condition(keyword: keyword, expression: expression, explanation: explanation))
    }

    func show(on console: Console) {
        console.show(json: document) {
            let note = stored.note.map { ": \($0)" } ?? ""
            console.show("\(path, .bold)  \(status.words, status.style)\(note)")
            if conditions.isEmpty { console.note("its condition was not looked at") }
            for condition in conditions {
                console.show("")
                console.show(StyledText(condition.keyword, .bold))
                ExplanationSheet(condition.explanation, masker: console.masker).show(on: console)
                for remark in remarks(on: condition) { console.note("\("note:", .cyan) \(remark)") }
            }
        }
    }

    private var document: Value {
        var map = ValueMap([
            ("id", .string(path)), ("status", .string(status.rawValue)),
            ("note", stored.note.map(Value.string) ?? .null),
        ])
        for condition in conditions {
            map[condition.keyword] = condition.explanation.asValue
            let remarks = remarks(on: condition)
            if !remarks.isEmpty { map["remarks"] = .list(remarks.map(Value.string)) }
        }
        return .map(map)
    }

    /// Where what is shown may not be what was.
    private func remarks(on condition: Condition) -> [String] {
        let unrecorded = Set(view.unrecorded(in: condition.expression).map(\.path)).sorted().map {
            "\($0) is not recorded with a run"
        }
        if unrecorded.isEmpty, condition.explanation.root.holdsSecret, let remark = secrets.remark { return [remark] }
        guard unrecorded.isEmpty, case .value(let value) = condition.explanation.root.result,
            let holds = value.boolValue, holds != held(condition.keyword)
        else { return unrecorded }
        return ["it was \(!holds) then: it depends on something that is not recorded"]
    }

    /// How it came out in the run.
    private func held(_ keyword: String) -> Bool {
        keyword == "if" ? stored.status != .skipped : status == .succeeded
    }
}
