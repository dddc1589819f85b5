import FlowExpression

/// One part of a multipart body, as a connector file states it.
struct PartTemplate: Sendable {
    /// What its value is made to.
    enum Encoding: Sendable {
        /// A file, bytes or text as they are; a list of files gives a part for each.
        case plain
        case json
    }

    /// The name of the field; parts of `multipart/related` have none.
    var name: String
    var value: ValueTemplate
    var encoding = Encoding.plain
    /// nil goes by the value.
    var mediaType: Template?
    /// nil takes the file's own; what is no file has none then.
    var fileName: Template?

    /// The templates beside the value.
    var labels: [Template] { [mediaType, fileName].compactMap(\.self) }
}
