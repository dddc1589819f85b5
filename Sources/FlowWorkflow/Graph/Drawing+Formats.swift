extension Drawing {
    /// A flowchart of Mermaid; blocks are subgraphs.
    var mermaid: String {
        var lines = ["flowchart TD"]
        var arrows: [String] = []
        func draw(_ boxes: [Box], indent: String) {
            for box in boxes {
                let text = Drawing.label(box).joined(separator: "<br/>")
                if box.isGroup {
                    lines.append("\(indent)subgraph \(box.key)[\"\(text)\"]")
                    draw(box.inner, indent: indent + "    ")
                    lines.append("\(indent)end")
                } else {
                    lines.append("\(indent)\(box.key)[\"\(text)\"]")
                }
                arrows += box.after.map { "    \($0) --> \(box.key)" }
            }
        }
        for list in lists {
            guard let title = list.title else {
                draw(list.boxes, indent: "    ")
                continue
            }
            lines.append("    subgraph \(title)[\"\(title)\"]")
            draw(list.boxes, indent: "        ")
            lines.append("    end")
        }
        return (lines + arrows).joined(separator: "\n") + "\n"
    }

    /// A digraph of Graphviz; blocks are clusters.
    var dot: String {
        var lines = [
            "digraph \(Drawing.quoted(name)) {", "    compound=true;", "    node [shape=box];",
        ]
        var arrows: [String] = []
        func draw(_ boxes: [Box], indent: String) {
            let groups = Dictionary(boxes.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
            for box in boxes {
                let label = Drawing.quoted(Drawing.label(box).joined(separator: "\n"))
                if box.isGroup {
                    lines.append("\(indent)subgraph \(Drawing.quoted("cluster_" + box.key)) {")
                    lines.append("\(indent)    label=\(label);")
                    draw(box.inner, indent: indent + "    ")
                    lines.append("\(indent)}")
                } else {
                    lines.append("\(indent)\(Drawing.quoted(box.key)) [label=\(label)];")
                }
                for key in box.after {
                    guard let other = groups[key] else { continue }
                    arrows.append(Drawing.arrow(from: other, to: box))
                }
            }
        }
        for list in lists {
            guard let title = list.title else {
                draw(list.boxes, indent: "    ")
                continue
            }
            lines.append("    subgraph \(Drawing.quoted("cluster_" + title)) {")
            lines.append("        label=\(Drawing.quoted(title));")
            draw(list.boxes, indent: "        ")
            lines.append("    }")
        }
        return (lines + arrows + ["}"]).joined(separator: "\n") + "\n"
    }

    /// Graphviz draws arrows between boxes only; one to a cluster goes to a box in it and is cut at its edge.
    private static func arrow(from: Box, to: Box) -> String {
        var cuts: [String] = []
        if from.isGroup { cuts.append("ltail=\(quoted("cluster_" + from.key))") }
        if to.isGroup { cuts.append("lhead=\(quoted("cluster_" + to.key))") }
        let options = cuts.isEmpty ? "" : " [\(cuts.joined(separator: ", "))]"
        return "    \(quoted(from.lastLeaf)) -> \(quoted(to.firstLeaf))\(options);"
    }

    /// A tree with the names of what each step waits for where that is not just the step above.
    var ascii: String {
        var lines = [name]
        func draw(_ boxes: [Box], indent: String, isLastList: Bool) {
            for (index, box) in boxes.enumerated() {
                let isLast = isLastList && index == boxes.count - 1
                var line = "\(indent)\(isLast ? "└─" : "├─") " + Drawing.label(box).joined(separator: "  ")
                let above = index > 0 ? [boxes[index - 1].id] : []
                if box.afterIDs != above {
                    line += box.afterIDs.isEmpty ? "  (at once)" : "  ← \(box.afterIDs.joined(separator: ", "))"
                }
                lines.append(line)
                draw(box.inner, indent: indent + (isLast ? "   " : "│  "), isLastList: true)
            }
        }
        for (index, list) in lists.enumerated() {
            let isLast = index == lists.count - 1
            guard let title = list.title else {
                draw(list.boxes, indent: "", isLastList: isLast)
                continue
            }
            lines.append("\(isLast ? "└─" : "├─") \(title):")
            draw(list.boxes, indent: isLast ? "   " : "│  ", isLastList: true)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func label(_ box: Box) -> [String] { [box.id, box.work] + box.marks }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for character in text {
            switch character {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            default: quoted.append(character)
            }
        }
        return quoted + "\""
    }
}

extension Drawing.Box {
    fileprivate var firstLeaf: String { inner.first?.firstLeaf ?? key }
    fileprivate var lastLeaf: String { inner.last?.lastLeaf ?? key }
}
