import FlowCore
import FlowStore
import Testing

@testable import FlowRun
@testable import FlowWorkflow

/// The types that the check of workflows gives to steps are those of what the engine makes.
@Suite struct StepTypesTests {
    @Test func everyStatusOfAnEndedStepIsKnown() {
        #expect(Set(StepTypes.statuses) == Set(RunStatus.allCases.map(\.rawValue)).subtracting(["queued", "running"]))
    }

    @Test func membersOfAFailureAreKnown() {
        let names = Failure(.invalid, "no").asValue.mapValue?.names
        #expect(StepTypes.failure.members?.names == names)
    }

    @Test func membersOfAStepAreKnown() throws {
        var items = LoopItems(count: 1)
        items.end(0, StepOutcome(.succeeded, output: "a"), key: "0")
        let seen = StepOutcome(.succeeded, output: ["a"], items: items).asValue(items: items.asValue)
        let members = StepTypes.members(output: .string, isLoop: true)
        let map = try #require(seen.mapValue)
        #expect(Set(members.keys) == Set(map.names))
        for (key, value) in map {
            let type = try #require(members[key.text])
            #expect(type.may(be: value.type), "\(key.text)")
        }
        let item = try #require(seen["items"]?.listValue?.first?.mapValue)
        #expect(members["items"]?.item?.members?.names == item.names)
    }
}
