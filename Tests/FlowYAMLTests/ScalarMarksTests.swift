import FlowCore
import FlowYAML
import Testing

/// A caret under `HERE` in the text must stand under `HERE` in the source.
@Suite struct ScalarMarksTests {
    @Test(arguments: [
        "a: ${{ HERE }}",
        "a: one HERE two",
        "a: one\n  two HERE\n  three",
        "a: one\n\n  two\n\n\n  three HERE",
        "a: 'it''s HERE'",
        "a: 'it''s\n  on ''HERE'' next'",
        "a: \"tab\\t \\u00e4\\x41 HERE\"",
        "a: \"one\n   two HERE\"",
        "a: \"one \\\n    two HERE\"",
        "a: \"emoji 😀 \\U0001F600 HERE\"",
        "a: |\n  one\n  two HERE\n",
        "a: |-\n  one\n\n    deeper HERE\n  three\n",
        "a: |2\n    two more HERE\n",
        "a: | # comment 3\n  one HERE\n",
        "a: >\n  one\n  two HERE\n  three\n",
        "a: >-\n  one\n\n  two\n    deeper HERE\n  three\n",
        "a: &x one HERE",
        "a: !!str one HERE",
        "a: |\r\n  one\r\n  two HERE\r\n",
        "k: {a: [1, 2], b: x HERE}\na: HERE",
    ])
    func pointIntoTheSource(text: String) throws {
        let source = SourceText(name: "t.yaml", text: text)
        var diagnostics = Diagnostics()
        let node = try #require(YAML.read(source, diagnostics: &diagnostics)?["a"])
        let value = try #require(node.string)
        let offset = try #require(firstOffset(of: "HERE", in: value))
        let span = node.span(ofText: offset..<(offset + 4))
        #expect(span.text == "HERE")
        #expect(diagnostics.all.isEmpty)
    }

    private func firstOffset(of word: String, in text: String) -> Int? {
        let text = Array(text.utf8)
        let word = Array(word.utf8)
        return text.indices.first { text[$0...].starts(with: word) }
    }
}
