package import FlowCore
package import FlowSpec

/// A folder for values of a query that are bytes, such as pictures.
package struct BytesFolder: Sendable {
    package static let parameter = Parameter(
        "files_to", .string,
        help: "Write each value that is bytes to a file in this folder, and give the file in its place.",
        example: "photos")

    private let path: String
    private let context: NodeContext

    /// The one that ``parameter`` names; nil where it is not given.
    package init?(of arguments: Arguments, in context: NodeContext) {
        guard let path = arguments.string("files_to") else { return nil }
        self.path = context.absolutePath(path)
        self.context = context
    }

    /// The row with a file, called `3-photo`, in place of each value that is bytes.
    ///
    /// - Parameter number: of the row, from 1.
    package func keep(_ row: ValueMap, number: Int) throws -> ValueMap {
        var kept = row
        for (key, value) in row {
            guard case .bytes(let bytes) = value else { continue }
            // By scalars: a slash and a combining mark are one character.
            let column = String(
                String.UnicodeScalarView(key.text.unicodeScalars.map { $0 == "/" || $0 == "\0" ? "_" : $0 }))
            kept[key] = try OutputFile("\(path)/\(number)-\(column)", in: context).write(bytes)
        }
        return kept
    }
}
