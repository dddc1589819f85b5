import FlowCore
import FlowSpec

/// What converters take from around one use of an operation.
struct Conversion {
    let context: NodeContext
    /// Nothing is read then, and nothing is by chance.
    let isPreview: Bool

    /// A file that becomes text is held in memory.
    static let maximumFile = 32 << 20

    /// The arguments as requests and templates get them.
    ///
    /// - Throws: a failure of kind `invalid` that names the parameter.
    func convert(
        _ arguments: ValueMap, of operation: Operation, node: String
    ) throws(Failure) -> ValueMap {
        var converted = arguments
        for parameter in operation.parameters where !parameter.converters.isEmpty {
            guard let argument = arguments[parameter.name], !argument.isNull, !argument.isAbsent else { continue }
            var value = argument.deeplyRevealed
            do throws(Failure) {
                for converter in parameter.converters { value = try converter.convert(value, self) }
            } catch {
                var failure = error
                failure.message = "\(node): parameter \"\(parameter.name)\": \(error.message)"
                throw failure
            }
            converted[parameter.name] = argument.containsSecret ? value.markedSecret : value
        }
        return converted
    }

    func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        // An earlier step may make the file.
        if isPreview { return [] }
        do {
            return try context.world.files.read(path, limit: limit)
        } catch {
            throw Failure(error)
        }
    }
}
