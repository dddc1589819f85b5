import FlowCore
import FlowExpression

/// What a header field holds, as a connector file states it.
enum HeaderTemplate: Sendable {
    case text(Template)
    /// JSON in ASCII, as all that may stand in a header.
    case json(ValueTemplate)

    /// What the connection decides, whatever an answer says.
    static let ofTransport: Set = ["connection", "content-length", "host", "transfer-encoding"]

    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }
    }

    var span: SourceSpan {
        switch self {
        case .text(let template): template.span
        case .json(let value): value.span
        }
    }

    var expressions: [Expression] {
        switch self {
        case .text(let template): template.expressions
        case .json(let value): value.expressions
        }
    }
}

extension Rendering {
    /// The value of a header field; absent or null leaves the field out.
    func value(_ header: HeaderTemplate) throws(Failure) -> Value {
        switch header {
        case .text(let template): return try value(template)
        case .json(let template):
            let value = try value(template)
            if value.isLeftOut { return .absent }
            let text = Value.string(ASCIIJSON.text(value.deeplyRevealed))
            return value.containsSecret ? text.markedSecret : text
        }
    }
}
