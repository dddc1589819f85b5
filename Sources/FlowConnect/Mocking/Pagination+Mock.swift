import FlowCore
import FlowExpression

extension Pagination {
    /// Whether a request asks for a page behind the first one by its number.
    func isBehindFirst(_ request: MockRequest) -> Bool {
        let start: Int64
        switch style {
        case .page: start = Int64(first)
        case .offset, .window: start = 0
        case .cursor, .link, .nextURL: return false
        }
        return send.flatMap { request.number(in: $0) }.map { $0 > start } ?? false
    }

    /// The members of the answer that lead to the items, where those are simply there: `${{ body.data.rows }}`.
    var placeOfItems: [String]? {
        guard items.parts.count == 1, case .expression(let expression) = items.parts[0] else { return nil }
        var path = expression.source.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard path.removeFirst() == "body", path.allSatisfy({ $0.utf8.allSatisfy(\.isNameCharacter) && !$0.isEmpty })
        else {
            return nil
        }
        return path
    }
}

extension MockRequest {
    fileprivate func number(in slot: Pagination.Slot) -> Int64? {
        switch slot.place {
        case .form: form?.first { $0.name == slot.name }.flatMap { Int64($0.value) }
        case .json(let path): (path + [slot.name]).reduce(json) { $0?[$1] }?.intValue
        default: query.first { $0.name == slot.name }.flatMap { Int64($0.value) }
        }
    }
}

extension UInt8 {
    fileprivate var isNameCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
