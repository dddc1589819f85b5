package import FlowCore

/// What a YAML text may cost to read. Beyond a limit it is refused with a diagnostic that names the limit.
package struct YAMLLimits: Sendable, Hashable {
    /// Size of the file.
    package var bytes = 10 << 20
    /// How deep lists and maps may nest, aliases included.
    package var depth = 100
    /// Scalars, lists and maps of one file, without what aliases repeat.
    package var nodes = 2_000_000
    /// Nodes that all aliases together may repeat; text of an alias counts one node for each 64 bytes.
    package var expandedNodes = 100_000

    package init() {}
}

/// YAML 1.2 text, typed by the core schema, to located nodes and back.
///
/// Only `true`, `false`, `null`, `~`, numbers and the empty scalar are other than strings: `on`, `yes`, `no` and `off`
/// are text. Anchors, aliases and merge keys (`<<`) work within ``YAMLLimits``.
package enum YAML {
    /// The one document of `source`.
    ///
    /// Every mistake goes to `diagnostics`; a repeated key or a second document leaves the rest readable.
    /// - Returns: nil where the text can't be read at all: it is empty, too large, not text, or not YAML.
    package static func read(
        _ source: SourceText, limits: YAMLLimits = YAMLLimits(), diagnostics: inout Diagnostics
    ) -> SourceNode? {
        guard let documents = documents(source, limits: limits, diagnostics: &diagnostics) else { return nil }
        guard let first = documents.first else {
            diagnostics.error("empty-file", "the file is empty", at: nowhere(in: source))
            return nil
        }
        if documents.count > 1 {
            diagnostics.error(
                "several-documents", "a second document starts here, but one file holds one", at: documents[1].span,
                hint: "remove the \"---\" above it, or move it to a file of its own")
        }
        return first
    }

    /// Every document of a stream, in order; none where there is only space and comments.
    ///
    /// - Returns: nil where any of it can't be read.
    package static func readAll(
        _ source: SourceText, limits: YAMLLimits = YAMLLimits(), diagnostics: inout Diagnostics
    ) -> [SourceNode]? {
        documents(source, limits: limits, diagnostics: &diagnostics)
    }

    /// The diagnostic for a file of `size` bytes, for readers that know the size before they load it.
    package static func tooLarge(name: String, size: Int, limit: Int = YAMLLimits().bytes) -> Diagnostic {
        .error(
            "file-too-large", "the file has \(sizeText(size)), the limit is \(sizeText(limit))",
            at: nowhere(in: SourceText(name: name, text: "")),
            hint: "keep data in files of its own and read them in a step")
    }

    private static func documents(_ source: SourceText, limits: YAMLLimits, diagnostics: inout Diagnostics)
        -> [SourceNode]?
    {
        if let objection = TextCheck.objection(to: source, limits: limits) {
            diagnostics.add(objection)
            return nil
        }
        return source.bytes.withUnsafeBufferPointer { bytes in
            var composer = Composer(source: source, bytes: bytes, limits: limits)
            let documents = composer.documents()
            diagnostics.add(contentsOf: composer.diagnostics.all)
            return documents
        }
    }

    /// The start of the file without its text, so that nothing unreadable is printed below the message.
    static func nowhere(in source: SourceText) -> SourceSpan {
        SourceSpan(SourceText(name: source.name, text: ""), start: 0, end: 0)
    }

    static func sizeText(_ bytes: Int) -> String {
        bytes >= 1 << 20 && bytes % (1 << 20) == 0 ? "\(bytes >> 20) MiB" : "\(bytes) bytes"
    }
}
