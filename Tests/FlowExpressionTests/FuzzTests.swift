import FlowCore
import FlowExpression
import FlowFuzz
import Testing

/// The short form of `make fuzz`: the same cases in every run. A trap would end the test run.
@Suite struct FuzzTests {
    @Test(arguments: 1...4 as ClosedRange<UInt64>) func everyPromiseHoldsForTheFirstCases(seed: UInt64) {
        for number in 0..<1500 as Range<UInt64> {
            do throws(Fuzz.Finding) { try Fuzz.run(seed: seed, number: number) } catch {
                Issue.record("case \(number): \(error)")
            }
        }
    }

    @Test func casesAreOfAllKindsAndTheSameAgain() {
        let inputs = (0..<300 as Range<UInt64>).map { Fuzz.input(seed: 1, number: $0) }
        let compiled = inputs.compactMap { input in
            input.kind == .expression ? try? Expression.compile(String(decoding: input.bytes, as: UTF8.self)) : nil
        }
        #expect(Set(compiled.flatMap(\.functions)).count > 60)
        #expect(compiled.count { (try? $0.evaluate(EvaluationScope(ValueMap()))) != nil } > 30)
        #expect(inputs.count { $0.kind == .json } > 30)
        #expect(inputs.map(\.bytes) == (0..<300).map { Fuzz.input(seed: 1, number: $0).bytes })
    }
}
