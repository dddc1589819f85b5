import FlowCore
import FlowExpression
import FlowSpec

/// A parameter of an operation with the place its argument takes in the request.
struct OperationParameter: Sendable {
    /// Where in a request an argument goes.
    enum Place: Sendable, Hashable {
        case path, query, header, form, multipart
        /// Into the JSON body, inside the objects of these names.
        case json([String])

        /// `query`, `json`, `json.fields.custom`; nil for anything else.
        init?(_ text: String) {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            switch (parts[0], parts.count) {
            case ("path", 1): self = .path
            case ("query", 1): self = .query
            case ("header", 1): self = .header
            case ("form", 1): self = .form
            case ("multipart", 1): self = .multipart
            case ("json", _) where !parts.contains(""): self = .json(Array(parts.dropFirst()))
            default: return nil
            }
        }

        static let names = ["query", "path", "header", "form", "json", "json.NAME", "multipart"]
    }

    var parameter: Parameter
    /// nil where the method decides.
    var place: Place?
    /// The name it is sent under.
    var wireName: String
    /// What the items of a list are joined with.
    var join: String?
    /// Whether a list is sent as one parameter for each item.
    var repeats = false
    /// Whether each member of a map is sent where the map would be.
    var spreads = false
    /// What is made of the argument, one after the other.
    var converters: [Converter] = []
    var span: SourceSpan

    var name: String { parameter.name }

    /// The argument as it is sent: lists joined where the parameter says so.
    func wireValue(_ argument: Value) -> Value {
        guard let join, let items = argument.listValue else { return argument }
        let text = Value.string(items.map { WireText.of($0) }.joined(separator: join))
        return argument.containsSecret ? text.markedSecret : text
    }

    /// What is sent under the name, each on its own.
    func wireValues(_ argument: Value) -> [Value] {
        guard repeats, let items = argument.listValue else { return [wireValue(argument)] }
        if case .secret = argument { return items.map(\.markedSecret) }
        return items
    }
}
