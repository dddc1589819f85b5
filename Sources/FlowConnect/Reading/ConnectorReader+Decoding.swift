import FlowCore
import FlowYAML

extension ConnectorReader {
    private enum DecodingKind: String, CaseIterable { case json, text, bytes, xml, multistatus, jsonl, csv }

    /// `xml`, or with options `{ xml: { lists: [List.Item] } }`.
    mutating func decoding(_ map: MapDecoder) -> Decoding? {
        guard let node = map.node("decode") else { return nil }
        guard node.map != nil else {
            return node.decodeChoice(for: "decode", as: DecodingKind.self, &diagnostics).map { kind in
                switch kind {
                case .json: .json
                case .text: .text
                case .bytes: .bytes
                case .xml: .xml(XMLLists([]))
                case .multistatus: .multistatus
                case .jsonl: .jsonLines
                case .csv: (try? CSVFormat()).map { .csv($0) } ?? .text
                }
            }
        }
        guard let options = MapDecoder(node, "\"decode\"", &diagnostics) else { return nil }
        options.finish(["xml", "csv"], &diagnostics)
        if let xml = options.node("xml") {
            guard let map = MapDecoder(xml, "\"xml\"", &diagnostics) else { return nil }
            map.finish(["lists"], &diagnostics)
            return .xml(XMLLists(map.strings("lists", &diagnostics)?.map(\.text) ?? []))
        }
        return options.node("csv").flatMap { csv($0) }
    }

    private mutating func csv(_ node: SourceNode) -> Decoding? {
        guard let map = MapDecoder(node, "\"csv\"", &diagnostics) else { return nil }
        map.finish(["header", "delimiter"], &diagnostics)
        do {
            return .csv(
                try CSVFormat(
                    hasHeader: map.bool("header", &diagnostics) ?? true,
                    delimiter: map.string("delimiter", &diagnostics) ?? ","))
        } catch {
            diagnostics.error(
                "bad-format", error.message, at: map.node("delimiter")?.span ?? map.start, hint: error.hint)
            return nil
        }
    }
}
