import FlowCore
import FlowWorkflow
import Testing

@Suite struct StepGraphTests {
    private func edges(_ steps: String, isParallel: Bool = false) throws -> [String] {
        let steps = try workflow("steps:\n" + steps).steps
        let graph = StepGraph(steps, isParallel: isParallel)
        return graph.vertices.map { vertex in
            let after = vertex.waitsFor.map { steps[$0].id }.joined(separator: ",")
            let skipped = vertex.skippedWith.map { steps[$0].id }.joined(separator: ",")
            return "\(vertex.step.id)<\(after)|\(skipped)"
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
                """) == ["a<|", "b<|", "c<a|a", "d<b,c|", "e<d|a,c,d"])
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

    @Test func parallelStepsWaitForNothing() throws {
        #expect(
            try edges(
                "  - { id: a, run: ls }\n  - { id: b, run: ls }\n  - { id: c, needs: a, run: ls }", isParallel: true)
                == ["a<|", "b<|", "c<a|a"])
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
