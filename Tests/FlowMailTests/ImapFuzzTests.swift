import FlowFuzz
import Testing

/// The short form of `make fuzz` for answers of IMAP servers: the same cases in every run. A trap would end the test run.
@Suite struct ImapFuzzTests {
    @Test(arguments: 1...4 as ClosedRange<UInt64>) func everyPromiseHoldsForTheFirstCases(seed: UInt64) {
        for number in 0..<800 as Range<UInt64> {
            do throws(Fuzz.Finding) { try Fuzz.run(seed: seed, number: number, only: .imap) } catch {
                Issue.record("case \(number): \(error)")
            }
        }
    }
}
