import FlowCore
import FlowExpression

/// How a list goes on after its first page.
struct Pagination: Sendable {
    enum Style: String, Sendable, CaseIterable {
        /// A marker from the response is sent back; an empty one ends the list.
        case cursor
        /// `Link: <…>; rel="next"` (RFC 8288).
        case link
        /// A number that counts pages.
        case page
        /// A number that counts items.
        case offset
        /// A number that counts what was asked for: the service leaves items out of the range it took.
        case window
        /// An address in the response.
        case nextURL = "next_url"
    }

    /// Where a marker or number is sent.
    struct Slot: Sendable, Hashable {
        var place: OperationParameter.Place
        var name: String

        /// `query.cursor`, `json.start_cursor`, `form.cursor`; nil for anything else.
        init?(_ text: String) {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard parts.count >= 2, !parts.contains("") else { return nil }
            switch parts[0] {
            case "query" where parts.count == 2: place = .query
            case "form" where parts.count == 2: place = .form
            case "json": place = .json(Array(parts[1..<(parts.count - 1)]))
            default: return nil
            }
            name = parts[parts.count - 1]
        }
    }

    struct Size: Sendable {
        var slot: Slot
        var value: Int
    }

    /// How a service says that it gives less than all there is.
    struct Gap: Sendable {
        var condition: Expression
        /// Whether the list is of no use so; else it is only remarked.
        var fails: Bool
        var hint: Template?
    }

    var style: Style
    /// The items of a page.
    var items: Template
    /// The next marker, for ``Style/cursor``; the next address, for ``Style/nextURL``.
    var next: Template?
    var send: Slot?
    var size: Size?
    /// The number of the first page.
    var first: Int = 1
    /// Whether there is another page, where the response says so.
    var more: Expression?
    /// What asks for the following pages, where those have an endpoint of their own.
    @Boxed var following: RequestTemplate?
    @Boxed var incomplete: Gap?
    var span: SourceSpan

    /// What a page may be asked to have.
    static let sizes = 1...1_000_000

    /// The argument that bounds a list, on every operation with pages.
    static let limitParameter = "max_items"
}
