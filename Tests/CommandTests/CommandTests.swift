import FlowCore
import FlowTestKit
import Glibc
import Testing

/// The built binary against the case files; `FLOWCTL_RECORD=1` writes their expectations anew.
@Suite struct CommandTests {
    static let isRecording = getenv("FLOWCTL_RECORD") != nil

    @Test(arguments: try CommandCase.all())
    func command(_ example: CommandCase) async throws {
        let folder = try Folder.temporary()
        let scratch = try Folder.temporary()
        defer {
            Folder.delete(folder)
            Folder.delete(scratch)
        }
        for file in example.files { try Folder.write(file.text, to: "\(folder)/\(file.name)") }
        let environment =
            [
                "PATH=\(ChildProcess.binaryFolder):/usr/bin:/bin", "HOME=\(folder)", "LANG=C.UTF-8", "TZ=UTC",
                "SWIFT_BACKTRACE=enable=no",
            ] + example.variables.map { "\($0.name)=\($0.value)" }

        let normalizer = Normalizer(folder: folder)
        var recorded = example
        for (index, step) in example.steps.enumerated() {
            let child = ChildProcess(
                command: step.command, environment: environment, workingDirectory: folder, scratch: scratch)
            let result = try await child.run(input: step.input)
            let output = normalizer.normal(result.output)
            let errors = normalizer.normal(result.errors)
            if Self.isRecording {
                recorded.steps[index].output = output
                recorded.steps[index].errors = errors
                recorded.steps[index].exit = result.exit
            } else {
                #expect(output == step.output, "standard output of \(step.command)")
                #expect(errors == step.errors, "standard error of \(step.command)")
                #expect(result.exit == step.exit, "exit of \(step.command)")
            }
        }
        if Self.isRecording { try Folder.write(recorded.text, to: example.path) }
    }

    @Test func everyCaseSaysWhatItShows() throws {
        for example in try CommandCase.all() {
            #expect(example.title.count > 10, "\(example.name)")
            #expect(!example.steps.isEmpty, "\(example.name)")
        }
    }
}
