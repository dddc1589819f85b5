extension GraphDrawing {
    /// A tree of lines, one for each step, with what it waits for:
    ///
    ///     pr-digest
    ///     ├─ list_prs  github.list_pull_requests
    ///     └─ notify    slack.send_message (for each)  after list_prs
    var ascii: String {
        var lines = [name]
        for section in sections {
            if section.name != "steps" { lines.append(section.name) }
            lines += GraphDrawing.tree(section.shapes, indent: "")
        }
        return lines.joined(separator: "\n")
    }

    private static func tree(_ shapes: [Shape], indent: String) -> [String] {
        let width = shapes.map(\.id.count).max() ?? 0
        return shapes.enumerated().flatMap { index, shape in
            let isLast = index == shapes.count - 1
            let pad = String(repeating: " ", count: width - shape.id.count)
            let marks = shape.marks.isEmpty ? "" : " (\(shape.marks.joined(separator: ", ")))"
            let names = shape.waitsFor.map { $0.split(separator: ".").last.map(String.init) ?? $0 }
            let after = names.isEmpty ? "" : "  after \(names.joined(separator: ", "))"
            let work = shape.work.isEmpty ? "" : "\(pad)  \(shape.work)"
            let line = "\(indent)\(isLast ? "└─" : "├─") \(shape.id)\(work)\(marks)\(after)"
            return [line] + tree(shape.children, indent: indent + (isLast ? "   " : "│  "))
        }
    }

    /// A Mermaid flowchart; blocks are subgraphs.
    var mermaid: String {
        var lines = ["flowchart TD"]
        func draw(_ shapes: [Shape], _ indent: String) {
            for shape in shapes {
                let node = GraphDrawing.identifier(shape.key)
                if shape.children.isEmpty {
                    lines.append("\(indent)\(node)[\"\(GraphDrawing.label(shape, separator: "<br/>"))\"]")
                } else {
                    lines.append("\(indent)subgraph \(node) [\"\(GraphDrawing.label(shape, separator: ": "))\"]")
                    draw(shape.children, indent + "  ")
                    lines.append("\(indent)end")
                }
                for source in shape.waitsFor {
                    lines.append("\(indent)\(GraphDrawing.identifier(source)) --> \(node)")
                }
            }
        }
        for section in sections {
            if section.name == "steps" {
                draw(section.shapes, "  ")
            } else {
                lines.append("  subgraph \(section.name)_handlers [\"\(section.name)\"]")
                draw(section.shapes, "    ")
                lines.append("  end")
            }
        }
        return lines.joined(separator: "\n")
    }

    /// A Graphviz digraph; blocks are clusters, and arrows to and from them end at their border.
    var dot: String {
        var lines = [
            "digraph \(name.inQuotes) {", "  compound=true;", "  node [shape=box, style=rounded];",
        ]
        func draw(_ shapes: [Shape], _ indent: String) {
            let byKey = Dictionary(shapes.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
            for shape in shapes {
                let label = GraphDrawing.label(shape, separator: "\n").inQuotes
                if shape.children.isEmpty {
                    lines.append("\(indent)\(shape.key.inQuotes) [label=\(label)];")
                } else {
                    lines.append("\(indent)subgraph \(("cluster_" + shape.key).inQuotes) {")
                    lines.append("\(indent)  label=\(label);")
                    draw(shape.children, indent + "  ")
                    lines.append("\(indent)}")
                }
                for source in shape.waitsFor.compactMap({ byKey[$0] }) {
                    lines.append(indent + GraphDrawing.arrow(from: source, to: shape))
                }
            }
        }
        for section in sections {
            if section.name != "steps" { lines.append("  // \(section.name)") }
            draw(section.shapes, "  ")
        }
        return (lines + ["}"]).joined(separator: "\n")
    }

    private static func arrow(from source: Shape, to target: Shape) -> String {
        var attributes: [String] = []
        if !source.children.isEmpty { attributes.append("ltail=\(("cluster_" + source.key).inQuotes)") }
        if !target.children.isEmpty { attributes.append("lhead=\(("cluster_" + target.key).inQuotes)") }
        let suffix = attributes.isEmpty ? "" : " [\(attributes.joined(separator: ", "))]"
        return "\(leaf(source, last: true).inQuotes) -> \(leaf(target, last: false).inQuotes)\(suffix);"
    }

    /// A cluster can't be an end of an arrow itself, so one of its steps is.
    private static func leaf(_ shape: Shape, last: Bool) -> String {
        guard let child = last ? shape.children.last : shape.children.first else { return shape.key }
        return leaf(child, last: last)
    }

    private static func label(_ shape: Shape, separator: String) -> String {
        ([shape.id, shape.work].filter { !$0.isEmpty } + shape.marks).joined(separator: separator)
    }

    private static func identifier(_ key: String) -> String {
        key.split(separator: ".").joined(separator: "__")
    }
}
