package import FlowCore
package import FlowSpec

extension Value {
    /// More than this of a file is not put into a database.
    private static let largestFile = 256 << 20

    /// What is bound to a statement in its place: of a file its bytes.
    ///
    /// - Throws: a `Failure` where the file can't be read, or has more than 256 MiB.
    package func bound(in context: NodeContext) throws -> Value {
        guard case .file(let file) = revealed else { return self }
        return .bytes(try context.world.files.read(file.path, limit: Value.largestFile))
    }
}
