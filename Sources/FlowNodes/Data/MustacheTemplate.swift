import CMustache
import FlowCore

/// A Mustache template, and what may go wrong with it.
struct MustacheTemplate {
    static let maximumSize = 4 << 20
    /// The library reads and renders nested sections by recursion.
    static let maximumDepth = 100

    private let source: String
    private let name: String
    private let tags: MustacheTags

    /// - Parameter name: how messages call it.
    init(_ source: String, name: String) throws(Failure) {
        self.source = source
        self.name = name
        tags = MustacheTags(source)
        if let partial = tags.partials.first {
            throw Failure(
                .invalid, "\(name) includes \"\(terminalSafe(partial))\", but templates can't include others",
                hint: "put its text into the template")
        }
        guard tags.depth <= Self.maximumDepth else {
            throw Failure(
                .invalid, "\(name) nests sections more than \(Self.maximumDepth) deep", hint: "nest less deep")
        }
    }

    func render(_ data: Value, escapesHTML: Bool) throws(Failure) -> String {
        let tree = try MustacheTree(data, depth: 0)
        let sections = tags.sections.map(\.text).joined(separator: "\n")
        var result = source.withCString { source in
            sections.withCString { flow_mustache_render(source, tree.handle, escapesHTML, $0) }
        }
        defer { flow_mustache_result_free(&result) }
        if let missing = result.missing {
            let wanted = terminalSafe(String(cString: missing))
            throw Failure(
                .invalid, "\(name) prints \"\(wanted)\", which is not in the data",
                hint: Suggestion.didYouMean(wanted, among: data.mapValue?.names ?? [])
                    ?? "add \(wanted) to data:, null if it is to print nothing")
        }
        if let unprintable = result.unprintable {
            let wanted = terminalSafe(String(cString: unprintable))
            throw Failure(
                .invalid, "\(name) prints \"\(wanted)\", which is a list or a map",
                hint: "open it with {{#\(wanted)}} … {{/\(wanted)}}")
        }
        if let error = result.error {
            let text = String(cString: error)
            throw Failure(
                .invalid, "\(name) can't be read: \(terminalSafe(text.prefix(1).lowercased() + text.dropFirst()))")
        }
        return String(decoding: UnsafeRawBufferPointer(start: result.text, count: result.count), as: UTF8.self)
    }
}

/// Data in the library's own tree.
private struct MustacheTree: ~Copyable {
    private static let maximumDepth = 200

    private(set) var handle: OpaquePointer?

    init(_ value: Value, depth: Int) throws(Failure) {
        guard depth < Self.maximumDepth else {
            throw Failure(
                .invalid, "the data for the template nests more than \(Self.maximumDepth) deep",
                hint: "pass only what the template prints")
        }
        switch value.revealed {
        case .null, .absent: handle = flow_mustache_nothing()
        case .bool(let value): handle = flow_mustache_bool(value)
        case .list(let items):
            handle = flow_mustache_list()
            for item in items {
                var tree = try MustacheTree(item, depth: depth + 1)
                flow_mustache_append(handle, tree.take())
            }
        case .map(let map): try fill(map, depth: depth)
        case .file(let file): try fill(file.asMap, depth: depth)
        case let scalar:
            var text = PlainText.of(scalar)
            handle = text.withUTF8 {
                $0.isEmpty ? flow_mustache_nothing() : flow_mustache_text($0.baseAddress, $0.count)
            }
        }
    }

    private mutating func fill(_ map: ValueMap, depth: Int) throws(Failure) {
        handle = flow_mustache_map()
        for (key, item) in map {
            var tree = try MustacheTree(item, depth: depth + 1)
            flow_mustache_set(handle, key.text, tree.take())
        }
    }

    /// Hands the tree over to another one.
    private mutating func take() -> OpaquePointer? {
        defer { handle = nil }
        return handle
    }

    deinit { flow_mustache_free(handle) }
}
