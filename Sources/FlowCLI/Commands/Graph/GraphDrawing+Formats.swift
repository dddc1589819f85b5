import FlowCore

extension GraphDrawing {
    /// With names that can't do anything to a terminal, or break a line: a file says what it likes in them.
    private var legible: GraphDrawing {
        func legible(_ shape: Shape) -> Shape {
            var copy = shape
            copy.id = terminalSafe(shape.id).onOneLine
            copy.work = terminalSafe(shape.work).onOneLine
            copy.children = shape.children.map(legible)
            return copy
        }
        var copy = self
        copy.name = terminalSafe(name).onOneLine
        copy.sections = sections.map { Section(name: $0.name, shapes: $0.shapes.map(legible)) }
        return copy
    }

    /// A tree of lines, one for each step, with what it waits for:
    ///
    ///     pr-digest
    ///     ├─ list_prs  github.list_pull_requests
    ///     └─ notify    slack.send_message (for each)  after list_prs
    var ascii: String {
        let drawing = legible
        var lines = [drawing.name]
        for section in drawing.sections {
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
        var names = MermaidNames()
        var lines = ["flowchart TD"]
        func draw(_ shapes: [Shape], _ indent: String) {
            for shape in shapes {
                let node = names.name(of: shape.key)
                if shape.children.isEmpty {
                    lines.append("\(indent)\(node)[\"\(GraphDrawing.mermaidLabel(shape, separator: "<br/>"))\"]")
                } else {
                    lines.append("\(indent)subgraph \(node) [\"\(GraphDrawing.mermaidLabel(shape, separator: ": "))\"]")
                    draw(shape.children, indent + "  ")
                    lines.append("\(indent)end")
                }
                for source in shape.waitsFor { lines.append("\(indent)\(names.name(of: source)) --> \(node)") }
            }
        }
        for section in legible.sections {
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

    private static func mermaidLabel(_ shape: Shape, separator: String) -> String {
        texts(shape).map(\.asMermaidText).joined(separator: separator)
    }

    /// A Graphviz digraph; blocks are clusters, and arrows to and from them end at their border.
    var dot: String {
        let drawing = legible
        var lines = [
            "digraph \(drawing.name.inQuotes) {", "  compound=true;", "  node [shape=box, style=rounded];",
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
        for section in drawing.sections {
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
        texts(shape).joined(separator: separator)
    }

    private static func texts(_ shape: Shape) -> [String] {
        [shape.id, shape.work].filter { !$0.isEmpty } + shape.marks
    }
}

/// What nodes are called in a Mermaid flowchart.
private struct MermaidNames {
    private var names: [String: String] = [:]
    private var taken: Set<String> = []

    /// Begins with `s_`, since `end`, `style` and others are words of Mermaid's.
    mutating func name(of key: String) -> String {
        if let name = names[key] { return name }
        let plain = "s_" + key.split(separator: ".").joined(separator: "__")
        var name = plain
        // A step `a__b`, and `b` in the block `a`.
        var number = 2
        while !taken.insert(name).inserted {
            name = "\(plain)_\(number)"
            number += 1
        }
        names[key] = name
        return name
    }
}

extension String {
    /// As text of a label in quotes: with Mermaid's codes for what it, or the HTML that it makes, reads more into.
    fileprivate var asMermaidText: String {
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "#", "%", "&", "<", ">", "`": result.append(contentsOf: "#\(scalar.value);".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
