import FlowCore
import FlowExpression
import FlowSpec

extension Session {
    /// What an expression of the command line sees besides its variables: the clock, randomness, and the files below
    /// the folder it was called in.
    func scope(_ lookup: @escaping @Sendable (_ name: String) -> Value?) -> EvaluationScope {
        let world = world()
        let folder = FolderView(workingDirectory, in: world.files)
        return EvaluationScope(
            now: { world.clock.now() }, uuid: { world.random.uuid() },
            files: ScopeFiles(paths: folder.paths, read: folder.read), lookup: lookup)
    }
}
