import FlowCore
import FlowWorkflow
import Testing

@Suite struct StepGraphTests {
    private func edges(_ text: String, order: ListOrder = .file) throws -> [String] {
        let steps = try workflow((order == .graph ? "order: graph\n" : "") + "steps:\n" + text).steps
        let graph = StepGraph(steps, order: order)
        return zip(steps, graph.vertices).map { step, vertex in
            let after = vertex.waitsFor.map { steps[$0].id }.joined(separator: ",")
            let skipped = vertex.skippedWith.map { steps[$0].id }.joined(separator: ",")
            return "\(step.id)<\(after)|\(skipped)"
        }
    }

    @Test func stepsWaitForThoseAbove() throws {
        #expect(
            try edges(
                """
                  - { id: a, run: ls }
                  - { id: b, run: ls }
                  - { id: c, run: ls }
                """) == ["a<|", "b<a|", "c<b|"])
    }

    @Test func needsReplaceTheOrderOfTheFile() throws {
        #expect(
            try edges(
                """
                  - { id: a, run: ls }
                  - { id: b, needs: [], run: ls }
                  - { id: c, needs: a, run: ls }
                  - { id: d, run: ls }
                  - { id: e, needs: [a, c, d], run: ls }
                """) == ["a<|", "b<|", "c<a|a", "d<b,c|", "e<a,c,d|a,c,d"])
    }

    @Test func needsMayNameStepsFurtherDown() throws {
        #expect(
            try edges(
                """
                  - { id: a, needs: [c], run: ls }
                  - { id: b, needs: [a], run: ls }
                  - { id: c, needs: [], run: ls }
                """) == ["a<c|c", "b<a|a", "c<|"])
    }

    /// Each reads a step that it comes after by `needs` alone, however far.
    @Test func aLongChainOfNeedsIsFollowedToItsStart() throws {
        let count = 300
        var lines = ["  - { id: s0, needs: [], run: ls }"]
        for index in 1..<count {
            lines.append("  - { id: s\(index), needs: s\(index - 1), run: ls, env: { A: \"${{ steps.s0.output }}\" } }")
        }
        let found = try edges(lines.joined(separator: "\n"))
        #expect(found[1] == "s1<s0|s0")
        #expect((2..<count).allSatisfy { found[$0] == "s\($0)<s\($0 - 1)|s0,s\($0 - 1)" })
    }

    @Test func parallelStepsWaitForNothing() throws {
        #expect(
            try edges(
                "  - { id: a, run: ls }\n  - { id: b, run: ls }\n  - { id: c, needs: a, run: ls }", order: .parallel)
                == ["a<|", "b<|", "c<a|a"])
    }

    @Test func inAGraphReadingIsWaiting() throws {
        #expect(
            try edges(
                """
                  - { id: last, run: ls, env: { A: "${{ default(steps.a.output.stdout, '') }}" } }
                  - { id: b, run: ls, if: steps.a.status == 'failed', needs: [c] }
                  - { id: c, run: ls }
                  - id: block
                    steps:
                      - { id: c, run: ls }
                      - { id: inner, run: ls, env: { A: "${{ steps.c.output.stdout + steps.a.output.stdout }}" } }
                  - { id: a, run: ls, outputs: { x: "${{ steps.a.output.stdout + steps.c.status }}" } }
                  - { id: free, run: ls }
                """, order: .graph)
                == ["last<a|", "b<c,a|c", "c<|", "block<a|", "a<c|", "free<|"])
    }

    /// Edges that place implies are left out, and none is lost: held against the definition, pair by pair.
    @Test func orderIsThatOfEveryPair() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let count = Int.random(in: 1...9, using: &random)
            let needs: [[Int]?] = (0..<count).map { step in
                guard Bool.random(using: &random) else { return nil }
                return (0..<count).filter { $0 < step && Int.random(in: 0..<4, using: &random) == 0 }
            }
            let text = needs.enumerated().map { step, needs in
                let list = needs.map { ", needs: [\($0.map { "s\($0)" }.joined(separator: ", "))]" } ?? ""
                return "  - { id: s\(step)\(list), run: ls }\n"
            }.joined()
            var before: [Set<Int>] = []
            for (step, needs) in needs.enumerated() {
                let direct = needs ?? Array(0..<step)
                before.append(Set(direct).union(direct.flatMap { before[$0] }))
            }
            let graph = StepGraph(try workflow("steps:\n" + text).steps, order: .file)
            var found: [Set<Int>] = []
            for vertex in graph.vertices {
                found.append(Set(vertex.waitsFor).union(vertex.waitsFor.flatMap { found[$0] }))
            }
            #expect(found == before, "\(text)")
        }
    }

    @Test func skipsReachReadersOfOutput() throws {
        #expect(
            try edges(
                """
                  - { id: a, run: ls }
                  - { id: reads, run: ls, env: { A: "${{ steps.a.output.stdout }}" } }
                  - { id: status, run: ls, env: { A: "${{ steps.a.status }}" } }
                  - { id: tolerant, run: ls, env: { A: "${{ default(steps.a.output.stdout, '') }}" } }
                  - { id: insists, if: always(), needs: [a], run: ls, env: { A: "${{ steps.a.output.stdout }}" } }
                """) == ["a<|", "reads<a|a", "status<reads|", "tolerant<status|", "insists<a|"])
    }
}
