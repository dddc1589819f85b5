import FlowCore
import FlowExpression
import FlowNodes
import FlowSpec

extension Session {
    /// What an expression of the command line sees besides its variables: the clock, randomness, and the files below
    /// the folder it was called in.
    func scope(_ lookup: @escaping @Sendable (_ name: String) -> Value?) -> EvaluationScope {
        let (clock, random) = (SystemClock(), SystemRandom())
        let folder = FolderView(workingDirectory, in: files)
        return EvaluationScope(
            now: { clock.now() }, uuid: { random.uuid() },
            files: ScopeFiles(paths: folder.paths, read: folder.read), lookup: lookup)
    }
}
