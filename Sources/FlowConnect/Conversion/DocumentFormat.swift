import FlowCore

/// Markdown as a document of the Atlassian Document Format, version 1.
///
/// The format allows less inside quotes and list items than Markdown does: a heading there becomes bold text, a quote its
/// content, a table a line for each row, and a rule nothing.
enum DocumentFormat {
    static func document(_ markdown: String) -> Value {
        let content = MarkdownBlock.read(markdown).flatMap { block($0, isTop: true) }
        return ["version": 1, "type": "doc", "content": .list(content)]
    }

    // MARK: Blocks

    private static func block(_ block: MarkdownBlock, isTop: Bool) -> [Value] {
        switch block {
        case .paragraph(let inlines): return [node("paragraph", inline(inlines))]
        case .heading(let level, let inlines):
            guard isTop else { return [node("paragraph", inline([.strong(inlines)]))] }
            return [node("heading", inline(inlines), attributes: ValueMap([("level", .int(Int64(level)))]))]
        case .code(let language, let code):
            let attributes: ValueMap? = language.isEmpty ? nil : ValueMap([("language", .string(language))])
            return [node("codeBlock", code.isEmpty ? [] : [text(code, [])], attributes: attributes)]
        case .quote(let blocks):
            let content = blocks.flatMap { self.block($0, isTop: false) }
            guard isTop else { return content }
            return content.isEmpty ? [] : [node("blockquote", content)]
        case .list(let start, let items):
            let content = items.map { node("listItem", item($0)) }
            guard let start else { return [node("bulletList", content)] }
            return [node("orderedList", content, attributes: ValueMap([("order", .int(Int64(start)))]))]
        case .table(let header, let rows):
            guard isTop else { return rows.map { node("paragraph", inline(line($0))) } }
            let content = [row(header, "tableHeader")] + rows.map { row($0, "tableCell") }
            return [node("table", content)]
        case .rule: return isTop ? [node("rule", nil)] : []
        }
    }

    /// An item begins with a paragraph or with code.
    private static func item(_ blocks: [MarkdownBlock]) -> [Value] {
        let content = blocks.flatMap { block($0, isTop: false) }
        let first = content.first?["type"]?.stringValue
        return first == "paragraph" || first == "codeBlock" ? content : [node("paragraph", [])] + content
    }

    private static func row(_ cells: [[MarkdownInline]], _ type: String) -> Value {
        node("tableRow", cells.map { node(type, [node("paragraph", inline($0))]) })
    }

    private static func line(_ cells: [[MarkdownInline]]) -> [MarkdownInline] {
        Array(cells.joined(separator: [.text(" | ")]))
    }

    private static func node(_ type: String, _ content: [Value]?, attributes: ValueMap? = nil) -> Value {
        var node = ValueMap([("type", .string(type))])
        if let attributes { node["attrs"] = .map(attributes) }
        if let content { node["content"] = .list(content) }
        return .map(node)
    }

    // MARK: Text

    private static func inline(_ nodes: [MarkdownInline], _ marks: [Value] = []) -> [Value] {
        nodes.flatMap { node -> [Value] in
            switch node {
            case .text(let text): return text.isEmpty ? [] : [self.text(text, marks)]
            // Code goes together with a link only.
            case .code(let code):
                let links = marks.filter { $0["type"]?.stringValue == "link" }
                return code.isEmpty ? [] : [text(code, links + [["type": "code"]])]
            case .emphasis(let inner): return inline(inner, adding("em", to: marks))
            case .strong(let inner): return inline(inner, adding("strong", to: marks))
            case .strike(let inner): return inline(inner, adding("strike", to: marks))
            case .link(let inner, let address, let title):
                guard !address.isEmpty else { return inline(inner, marks) }
                var attributes = ValueMap([("href", .string(address))])
                if let title { attributes["title"] = .string(title) }
                let link: Value = ["type": "link", "attrs": .map(attributes)]
                return inline(inner.isEmpty ? [.text(address)] : inner, marks + [link])
            case .hardBreak: return [["type": "hardBreak"]]
            }
        }
    }

    private static func adding(_ mark: String, to marks: [Value]) -> [Value] {
        marks.contains { $0["type"]?.stringValue == mark } ? marks : marks + [["type": .string(mark)]]
    }

    private static func text(_ text: String, _ marks: [Value]) -> Value {
        var node = ValueMap([("type", "text"), ("text", .string(text))])
        if !marks.isEmpty { node["marks"] = .list(marks) }
        return .map(node)
    }
}
