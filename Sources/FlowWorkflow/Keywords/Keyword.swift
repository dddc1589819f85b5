import FlowCore
import FlowYAML

/// One key of the workflow language. Decoder, suggestions and JSON Schema read the same table of them.
package struct Keyword: Sendable {
    package var name: String
    package var shape: Shape
    /// One sentence for editors.
    package var help: String
    package var isRequired: Bool
    /// Other spellings, taken with a note.
    package var spellings: [String]

    package init(
        _ name: String, _ shape: Shape, _ help: String, required isRequired: Bool = false,
        spellings: [String] = []
    ) {
        self.name = name
        self.shape = shape
        self.help = help
        self.isRequired = isRequired
        self.spellings = spellings
    }

    /// What a keyword's value looks like, as far as an editor needs to know it.
    package indirect enum Shape: Sendable {
        /// Anything, templates included.
        case value
        case string, bool, null, duration
        case int(minimum: Int)
        case number
        /// An expression, bare or in `${{ }}`.
        case condition
        case choice([String])
        case list(of: Shape)
        case map(of: Shape)
        /// A map with the keywords of a table.
        case table(KeywordTable)
        /// A list of steps.
        case steps
        case either([Shape])
    }
}

/// The keywords of one kind of map.
package struct KeywordTable: Sendable {
    /// For messages: `a step`.
    package let noun: String
    package let keywords: [Keyword]
    // Kept, because every map of a file is held against one of these tables.
    package let known: [String]
    /// A list of more says nothing to who is looking for one.
    fileprivate static let mostTold = 8
    /// Proper names by other spellings.
    let synonyms: [String: String]
    /// What is meant by keys of other languages.
    let remedies: [String: String]

    init(_ noun: String, _ keywords: [Keyword], remedies: [String: String] = [:]) {
        self.remedies = remedies
        self.noun = noun
        self.keywords = keywords
        known = keywords.map(\.name)
        synonyms = Dictionary(keywords.flatMap { keyword in keyword.spellings.map { ($0, keyword.name) } }) { $1 }
    }
}

extension MapDecoder {
    /// A map with the keywords of `table`; what is not among them is reported.
    init?(_ node: SourceNode, _ table: KeywordTable, _ diagnostics: inout Diagnostics) {
        let isShort = table.known.count <= KeywordTable.mostTold
        self.init(
            node, table.noun, synonyms: table.synonyms, keys: isShort ? table.known : [], &diagnostics)
        finish(table.known, remedies: table.remedies, &diagnostics)
    }
}
