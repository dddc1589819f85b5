import FlowTestKit
import Testing

/// What the repository shows to others passes the program's own checks, without a word.
@Suite struct ShippedFileTests {
    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    @Test(arguments: ["workflows", "templates"]) func isValid(folder: String) async throws {
        let files = Folder.files(below: "\(ShippedFileTests.root)/\(folder)").filter { $0.hasSuffix(".yaml") }.sorted()
        #expect(files.count >= 3)
        let machine = try Machine()
        let result = try await machine.run(
            "flowctl validate --offline " + files.map { "'\($0)'" }.joined(separator: " "))
        #expect(result.exit == 0, "\(result.errors)")
        #expect(result.errors == "")
        #expect(result.output == files.map { "\($0): valid\n" }.joined())
    }
}
