import FlowCore
import FlowExpression
import FlowYAML

extension WorkflowReader {
    /// One expression, bare or in `${{ }}`: `if`, `assert.that`.
    mutating func condition(_ node: SourceNode, key: String) -> Expression? {
        if let bool = node.scalar?.boolValue, node.string == nil {
            return try? Expression.compile(bool ? "true" : "false", in: node)
        }
        guard let text = node.decodeString(for: key, &diagnostics) else { return nil }
        do throws(ExpressionErrors) {
            guard text.contains("${{") else { return try Expression.compile(text, in: node) }
            let template = try Template.compile(node.withoutTrailingSpace)
            if template.parts.count == 1, let expression = template.expressions.first { return expression }
            diagnostics.error(
                "not-one-expression", "\"\(key)\" must be one expression", at: node.span,
                hint: "write it without ${{ }}, or put all of it inside")
        } catch {
            diagnostics.add(contentsOf: error.diagnostics)
        }
        return nil
    }

    /// A list that may be a bare expression: `for_each`.
    ///
    /// - Parameter noun: what the expression gives, for messages: `a list`.
    mutating func listOrExpression(_ node: SourceNode, key: String, noun: String) -> ValueTemplate? {
        guard let text = node.string else {
            if node.list == nil {
                node.expected("\(noun) or an expression", for: key, &diagnostics)
                return nil
            }
            return ValueTemplate.compile(node, diagnostics: &diagnostics)
        }
        let whole = text.contains("${{") ? node.withoutTrailingSpace : node.wrappedAsTemplate
        guard let items = ValueTemplate.compile(whole, diagnostics: &diagnostics) else { return nil }
        if case .template(let template) = items.content, template.parts.count == 1 { return items }
        diagnostics.error(
            "not-one-expression", "\"\(key)\" must be \(noun) or one expression", at: node.span,
            hint: "write it without ${{ }}, or put all of it inside")
        return nil
    }

    /// Text with templates.
    mutating func template(_ node: SourceNode, key: String) -> Template? {
        guard node.decodeString(for: key, &diagnostics) != nil else { return nil }
        do throws(ExpressionErrors) {
            return try Template.compile(node)
        } catch {
            diagnostics.add(contentsOf: error.diagnostics)
            return nil
        }
    }
}

extension SourceNode {
    /// A block scalar ends with a line break that belongs to no expression.
    fileprivate var withoutTrailingSpace: SourceNode {
        guard var text = string else { return self }
        while text.last?.isWhitespace == true { text.removeLast() }
        var copy = self
        copy.content = .scalar(.string(text))
        return copy
    }

    /// The text as the inside of `${{ }}`, with its places.
    fileprivate var wrappedAsTemplate: SourceNode {
        guard let text = withoutTrailingSpace.string else { return self }
        var copy = self
        copy.content = .scalar(.string("${{\(text)}}"))
        copy.marks = marks.map { ($0.text + 3, $0.source) }
        return copy
    }
}
