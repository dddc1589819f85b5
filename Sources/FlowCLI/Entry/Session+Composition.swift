import FlowSpec

extension Session {
    /// Every node a step can use: native ones, then those of connector files.
    func nodes() throws -> NodeCatalog { NodeCatalog([]) }

    /// A session for the shell's completion: it sees the real settings and says nothing.
    static func quiet() -> Session {
        let environment = CommandLineTool.processEnvironment()
        let directory = CommandLineTool.workingDirectory()
        return Session(
            console: Console(output: BufferChannel(), notes: BufferChannel()), environment: environment,
            workingDirectory: directory, prompt: TerminalPrompt()
        ) {
            try Settings(environment: environment, workingDirectory: directory)
        }
    }
}
