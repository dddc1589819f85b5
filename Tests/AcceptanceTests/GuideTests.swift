import FlowTestKit
import Testing

/// The workflows that the guides show run as they stand there, without an account.
@Suite struct GuideTests {
    private static let folder =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/docs/integrations"

    @Test(arguments: Folder.files(below: folder).filter { $0.hasSuffix(".md") }.sorted())
    func runsAsItStandsThere(guide: String) async throws {
        let workflows = try Folder.read(guide).split(separator: "```yaml\n").dropFirst()
            .map { $0.prefix(upTo: $0.firstRange(of: "```")?.lowerBound ?? $0.endIndex) }
            .filter { $0.hasPrefix("name:") }
        #expect(!workflows.isEmpty)
        for workflow in workflows {
            let machine = try Machine(["flow.yaml": String(workflow)])
            let result = try await machine.run("flowctl run flow.yaml --mock", limit: 60)
            #expect(result.exit == 0, "\(result.errors)")
            #expect(!result.errors.contains("refuses"), "\(result.errors)")
        }
    }
}
