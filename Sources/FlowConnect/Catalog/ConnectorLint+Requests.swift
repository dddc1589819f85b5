import FlowCore
import FlowExpression
import FlowSpec

/// What can be told of requests without sending one.
extension ConnectorLint {
    /// A credential may name another address, so that the file can be used all the same.
    mutating func checkBase() {
        guard let text = connector.base.literal, Origin(text) == nil else { return }
        diagnostics.error(
            "bad-address", "the base \(JSON.quoted(text)) is no http or https URL", at: connector.base.span,
            hint: "write an address such as https://example.com/api")
    }

    mutating func checkWhatIsSent(_ operation: Operation) {
        for request in operation.requests {
            checkHeaders(request.headers)
            for template in request.valueTemplates { checkText(template) }
        }
    }

    /// What the connection decides can't be said.
    mutating func checkHeaders(_ headers: [(name: String, value: HeaderTemplate)]) {
        for (name, value) in headers where HeaderTemplate.ofTransport.contains(name.lowercased()) {
            diagnostics.error(
                "bad-header", "the header \"\(name)\" is the connection's to send", at: value.span, hint: "remove it")
        }
    }

    /// Text that looks like an expression of another language is sent as it stands.
    private mutating func checkText(_ template: ValueTemplate) {
        switch template.content {
        case .literal(let literal):
            guard let text = literal.stringValue, let sign = ["{{", "${ "].first(where: text.contains) else { return }
            diagnostics.warning(
                "no-expression", "\(JSON.quoted(sign)) begins no expression, and is sent as it stands",
                at: template.span,
                hint: "write expressions as ${{ … }}")
        case .template: break
        case .list(let items): for item in items { checkText(item) }
        case .map(let members): for (_, member) in members { checkText(member) }
        }
    }
}
