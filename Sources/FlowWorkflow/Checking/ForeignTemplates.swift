import FlowCore
import FlowSpec

/// Texts that look as if a value of the run were to stand in them, but are written as other tools write that: they are
/// taken as they are, without a word.
///
/// Only what names a step or an input of the file counts, so that templates for other programs are left alone.
struct ForeignTemplates {
    /// `steps.a`, `inputs.name`
    private let paths: Set<String>

    init(_ workflow: Workflow) {
        var paths = Set(workflow.inputs.map { "inputs.\($0.parameter.name)" })
        func add(_ steps: [Step]) {
            for step in steps {
                paths.insert("steps.\(step.id)")
                for branch in step.branches { add(branch.steps) }
            }
        }
        for steps in [workflow.steps, workflow.onFailure, workflow.onSuccess, workflow.finally] { add(steps) }
        self.paths = paths
    }

    func check(_ root: SourceNode, _ diagnostics: inout Diagnostics) {
        check(root, isOutput: false, &diagnostics)
    }

    /// - Parameter isOutput: whether the values of a map are outputs.
    private func check(_ node: SourceNode, isOutput: Bool, _ diagnostics: inout Diagnostics) {
        if let entries = node.map {
            // A template of its own, whose braces are meant.
            let isTemplate = entries.contains { $0.key == "uses" && $0.value.string == "data.template" }
            for entry in entries where entry.key != "description" && !(isTemplate && entry.key == "with") {
                if isOutput, let warning = bare(entry.value) { diagnostics.add(warning) }
                check(entry.value, isOutput: entry.key == "outputs", &diagnostics)
            }
        } else if let items = node.list {
            for item in items { check(item, isOutput: false, &diagnostics) }
        } else if let text = node.string, let warning = foreign(text, in: node) {
            diagnostics.add(warning)
        }
    }

    /// An output that is nothing but a path.
    private func bare(_ node: SourceNode) -> Diagnostic? {
        guard let text = node.string, isPath(text.utf8[...]),
            text.utf8.allSatisfy({ ForeignTemplates.isOfName($0) || ".[]".utf8.contains($0) })
        else { return nil }
        return Diagnostic(
            .warning, "no-expression", "this is the text \"\(text)\", not what it names", at: node.span,
            hint: "write ${{ \(text) }}")
    }

    /// `{{ steps.a.output }}` and `${steps.a.output}`.
    private func foreign(_ text: String, in node: SourceNode) -> Diagnostic? {
        let bytes = Array(text.utf8)
        let (open, dollar) = (UInt8(ascii: "{"), UInt8(ascii: "$"))
        for index in bytes.indices.dropLast() where bytes[index + 1] == open {
            let isDoubled = bytes[index] == open && (index == 0 || bytes[index - 1] != dollar)
            guard isDoubled || bytes[index] == dollar else { continue }
            let path = bytes[(index + 2)...].drop { $0 == 0x20 }
            guard isPath(path.prefix(ForeignTemplates.longest)) else { continue }
            let end = path.firstIndex { !ForeignTemplates.isOfName($0) && $0 != UInt8(ascii: ".") } ?? bytes.endIndex
            let shown = String(decoding: path[path.startIndex..<end], as: UTF8.self)
            return Diagnostic(
                .warning, "no-expression", "this is text, as nothing is computed without \"${{\"",
                at: node.span(ofText: index..<end), hint: "write ${{ \(shown) }}")
        }
        return nil
    }

    /// No name that is looked for is longer; a text may be nothing but braces.
    private static let longest = 256

    /// Whether it begins with a path of this workflow.
    private func isPath(_ bytes: some Collection<UInt8>) -> Bool {
        guard bytes.first == UInt8(ascii: "s") || bytes.first == UInt8(ascii: "i") else { return false }
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count > 1 else { return false }
        let name = parts[1].prefix(while: ForeignTemplates.isOfName)
        return paths.contains(String(decoding: parts[0], as: UTF8.self) + "." + String(decoding: name, as: UTF8.self))
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
