import FlowCore
import FlowSpec
import FlowWorkflow
import Glibc
import Testing

/// Each `Cases/NAME.yaml` is read, and what is said about it must be the text of `Cases/NAME.expected`.
///
/// With FLOWCTL_RECORD=1 the expected texts are written anew; read the difference before you commit it.
@Suite struct CaseTests {
    private static let folder = #filePath.dropLast("CaseTests.swift".count) + "Cases/"

    static var names: [String] {
        (FolderNames.list(String(folder)) ?? []).filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
    }

    @Test(arguments: names) func saysWhatIsExpected(name: String) throws {
        let path = CaseTests.folder + name
        let source = SourceText(name: "\(name).yaml", bytes: try #require(CaseTests.read(path + ".yaml")))
        var diagnostics = Diagnostics()
        let workflow = WorkflowReader.read(source, nodes: SampleNodes(), files: CaseFiles(), diagnostics: &diagnostics)
        #expect((workflow == nil) == diagnostics.hasErrors)
        let said = diagnostics.sorted.map { $0.rendered + "\n" }.joined(separator: "\n")
        if getenv("FLOWCTL_RECORD") != nil { CaseTests.write(said, to: path + ".expected") }
        let expected = try #require(CaseTests.read(path + ".expected"), "record it with FLOWCTL_RECORD=1")
        #expect(said == String(decoding: expected, as: UTF8.self))
    }

    @Test func thereAreCases() { #expect(CaseTests.names.count >= 20) }

    /// The files that cases call, in `Cases/called`.
    private struct CaseFiles: WorkflowFiles {
        func source(named name: String) throws(Failure) -> SourceText {
            guard let bytes = CaseTests.read(CaseTests.folder + name) else {
                throw Failure(.notFound, "there is no file \"\(name)\"")
            }
            return SourceText(name: name, bytes: bytes)
        }
    }

    private static func read(_ path: some StringProtocol) -> [UInt8]? {
        guard let file = fopen(String(path), "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    private static func write(_ text: String, to path: some StringProtocol) {
        guard let file = fopen(String(path), "w") else { return }
        defer { fclose(file) }
        fputs(text, file)
    }
}
