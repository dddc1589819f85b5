import FlowTestKit
import Testing

/// An expression that would take gigabytes ends with a message while the process is still small.
@Suite struct ExpressionLimitTests {
    /// Double the text or the list at each level.
    private static func doubling(_ seed: String) -> String {
        (0..<40).reduce("v39") { inner, level in
            let before = level == 39 ? seed : "v\(38 - level)"
            return "cel.bind(v\(39 - level), \(before) + \(before), \(inner))"
        }
    }

    @Test(arguments: [
        doubling("'0123456789'"), doubling("[1]"), "range(10000).map(i, range(10000).map(j, [i, j]))",
        "range(1000000).map(i, 'a text of more than fifteen bytes ' + string(i))",
    ]) func memoryStaysSmall(expression: String) async throws {
        let machine = try Machine(["expression.txt": expression])
        let result = try await machine.run("ulimit -d 500000 && exec flowctl expr \"$(cat expression.txt)\"")
        #expect(result.exit == 1, "\(result.errors.prefix(300))")
        #expect(
            result.errors.contains("error: the expression needs more than 67108864 bytes"),
            "\(result.errors.prefix(300))")
    }
}
