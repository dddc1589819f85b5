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

    /// Of two values for one member or header only one is sent.
    mutating func checkPlaces(_ operation: Operation) {
        for request in operation.requests {
            var taken: [String: String] = [:]
            for parameter in request.placed where !parameter.spreads {
                guard let place = wirePlace(of: parameter, request, operation) else { continue }
                let name = parameter.name
                if let other = taken.updateValue(name, forKey: place) {
                    if operation.takesOneOf(name, other) { continue }
                    diagnostics.error(
                        "contradiction", "\"\(other)\" and \"\(name)\" both go to \(place)", at: parameter.span,
                        hint:
                            "send one of them under another name with as:, or say require: { one: [\(other), \(name)] }"
                    )
                }
                guard case .json(let template) = request.body, template.has(place.split(separator: ".").dropFirst())
                else { continue }
                diagnostics.error(
                    "contradiction", "\"\(name)\" goes to \(place), where \"json\" puts something else",
                    at: parameter.span, hint: "remove one of the two")
            }
        }
    }

    /// `json.fields.key`, `header.x-key`; nil where several may stand beside each other.
    private func wirePlace(
        of parameter: OperationParameter, _ request: RequestTemplate, _ operation: Operation
    ) -> String? {
        switch parameter.place ?? request.defaultPlace(operation.defaults) {
        case .json(let path): (["json"] + path + [parameter.wireName]).joined(separator: ".")
        case .header: "header." + parameter.wireName.lowercased()
        case .path, .query, .form, .multipart: nil
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

extension Operation {
    /// Whether two parameters are never given together.
    fileprivate func takesOneOf(_ name: String, _ other: String) -> Bool {
        rules.contains { rule in
            if case .one(let names) = rule { names.contains(name) && names.contains(other) } else { false }
        }
    }
}

extension ValueTemplate {
    /// Whether a value that is written out, or a list, stands at the place or where a map on the way to it should be.
    /// What an expression gives may be nothing, or a map with other members.
    fileprivate func has(_ path: some Sequence<Substring>) -> Bool {
        var rest = Array(path)
        let name = rest.isEmpty ? nil : String(rest.removeFirst())
        switch content {
        case .template: return false
        case .list: return true
        case .literal(let literal):
            guard let name, let map = literal.mapValue else { return true }
            return map[name].map { member in ValueTemplate.isTaken(member, rest) } ?? false
        case .map(let members):
            guard let name else { return true }
            return members.last { $0.key == name }.map { $0.value.has(rest) } ?? false
        }
    }

    private static func isTaken(_ value: Value, _ path: [Substring]) -> Bool {
        guard let name = path.first, let map = value.mapValue else { return true }
        return map[String(name)].map { isTaken($0, Array(path.dropFirst())) } ?? false
    }
}
