import FlowSpec

extension Session {
    /// Every node a step can use: native ones, then those of connector files.
    func nodes() throws -> NodeCatalog { NodeCatalog([]) }

    /// A session for the shell's completion: it sees the real settings and says nothing.
    static func quiet() throws -> Session {
        let environment = CommandLineTool.processEnvironment()
        let directory = CommandLineTool.workingDirectory()
        return Session(
            console: Console(output: BufferChannel(), notes: BufferChannel()),
            settings: try Settings(environment: environment, workingDirectory: directory), environment: environment,
            workingDirectory: directory, prompt: TerminalPrompt())
    }
}
