import FlowCore
import FlowTestKit
import Testing

@Suite struct LoopTests {
    @Test func aThousandItemsKeepTheirOrder() async throws {
        let machine = try Machine([
            "loop.yaml": """
            name: loop
            steps:
              - id: each
                for_each: ${{ range(1000) }}
                as: n
                max_parallel: 32
                uses: data.transform
                with: { input: "${{ n }}", fields: { double: input * 2 } }
              - id: nested
                for_each: ${{ range(20) }}
                as: row
                max_parallel: 8
                steps:
                  - id: cell
                    for_each: ${{ range(50) }}
                    as: column
                    max_parallel: 8
                    uses: data.transform
                    with: { input: "${{ row * 50 + column }}", fields: { number: input } }
                outputs: { cells: "${{ steps.cell.output }}" }
            outputs:
              each: ${{ steps.each.output.map(item, item.double) == range(1000).map(n, n * 2) }}
              nested: ${{ steps.nested.output.map(row, row.cells.map(cell, cell.number)).flatten() == range(1000) }}
            """
        ])
        let result = try await machine.run("flowctl run loop.yaml --quiet --output json")
        #expect(result.exit == 0, "\(result.errors)")
        let outputs = try JSON.parse(result.output).mapValue?["outputs"]
        #expect(outputs == ["each": true, "nested": true], "\(result.output.prefix(2000))")
    }
}
