import CYAML
import FlowCore

/// One event of libyaml's parser with byte offsets instead of its marks.
struct YAMLEvent {
    enum Kind {
        case streamEnd, documentStart, documentEnd
        case scalar(text: String, style: Style, isPlainImplicit: Bool)
        case alias(name: String)
        case listStart, listEnd, mapStart, mapEnd
    }

    enum Style { case plain, singleQuoted, doubleQuoted, literal, folded }

    var kind: Kind
    var anchor: String?
    var tag: String?
    var start: Int
    var end: Int
}

/// Text that libyaml can't parse.
struct YAMLSyntaxError: Error {
    var problem: String
    var context: String?
    var offset: Int
    /// Where what it was in begins, such as text in quotes.
    var contextOffset: Int?
}

/// libyaml's pull parser. The bytes must outlive it.
final class EventParser {
    private var parser = yaml_parser_t()
    private let offsets: CharacterOffsets

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        offsets = CharacterOffsets(bytes)
        yaml_parser_initialize(&parser)
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
        // With the encoding set libyaml takes a byte order mark for a column of the first line.
        let start = offsets.base
        yaml_parser_set_input_string(&parser, bytes.baseAddress.map { $0 + start }, bytes.count - start)
    }

    deinit { yaml_parser_delete(&parser) }

    /// The next event that matters; the stream's start is left out.
    func next() throws(YAMLSyntaxError) -> YAMLEvent {
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(&parser, &event) == 1 else { throw syntaxError }
            defer { yaml_event_delete(&event) }
            if let read = read(event) { return read }
        }
    }

    private func read(_ event: yaml_event_t) -> YAMLEvent? {
        let start = offsets.byteOffset(ofCharacter: Int(event.start_mark.index))
        let end = offsets.byteOffset(ofCharacter: Int(event.end_mark.index))
        func made(_ kind: YAMLEvent.Kind, anchor: String? = nil, tag: String? = nil) -> YAMLEvent {
            YAMLEvent(kind: kind, anchor: anchor, tag: tag, start: start, end: max(start, end))
        }
        switch event.type {
        case YAML_STREAM_END_EVENT: return made(.streamEnd)
        case YAML_DOCUMENT_START_EVENT: return made(.documentStart)
        case YAML_DOCUMENT_END_EVENT: return made(.documentEnd)
        case YAML_ALIAS_EVENT: return made(.alias(name: text(event.data.alias.anchor) ?? ""))
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let kind = YAMLEvent.Kind.scalar(
                text: String(decoding: bytes, as: UTF8.self), style: style(scalar.style),
                isPlainImplicit: scalar.plain_implicit != 0)
            return made(kind, anchor: text(scalar.anchor), tag: text(scalar.tag))
        case YAML_SEQUENCE_START_EVENT:
            let list = event.data.sequence_start
            return made(.listStart, anchor: text(list.anchor), tag: text(list.tag))
        case YAML_MAPPING_START_EVENT:
            let map = event.data.mapping_start
            return made(.mapStart, anchor: text(map.anchor), tag: text(map.tag))
        case YAML_SEQUENCE_END_EVENT: return made(.listEnd)
        case YAML_MAPPING_END_EVENT: return made(.mapEnd)
        default: return nil
        }
    }

    private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private func style(_ style: yaml_scalar_style_t) -> YAMLEvent.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .plain
        }
    }

    private var syntaxError: YAMLSyntaxError {
        // The reader's own errors (a control character) carry a byte offset, those of scanner and parser a mark.
        let offset =
            parser.error == YAML_READER_ERROR
            ? offsets.base + parser.problem_offset : offsets.byteOffset(ofCharacter: Int(parser.problem_mark.index))
        return YAMLSyntaxError(
            problem: parser.problem.map { String(cString: $0) } ?? "it can't be read",
            context: parser.context.map { String(cString: $0) }, offset: offset,
            contextOffset: parser.error == YAML_SCANNER_ERROR && parser.context != nil
                ? offsets.byteOffset(ofCharacter: Int(parser.context_mark.index)) : nil)
    }
}

/// libyaml counts characters; sources count bytes. Every 256th character's offset is kept, the rest is counted.
private struct CharacterOffsets {
    private static let stride = 256
    private let bytes: UnsafeBufferPointer<UInt8>
    /// The width of a byte order mark, which is not shown to libyaml.
    let base: Int
    /// Empty where all is ASCII.
    private let checkpoints: [Int]

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        base = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        guard bytes.contains(where: { $0 >= 0x80 }) else {
            checkpoints = []
            return
        }
        var checkpoints: [Int] = []
        var count = 0
        for offset in base..<bytes.count where bytes[offset] & 0xC0 != 0x80 {
            if count % Self.stride == 0 { checkpoints.append(offset) }
            count += 1
        }
        self.checkpoints = checkpoints
    }

    func byteOffset(ofCharacter index: Int) -> Int {
        guard !checkpoints.isEmpty else { return min(base + index, bytes.count) }
        let checkpoint = min(index / Self.stride, checkpoints.count - 1)
        var remaining = index - checkpoint * Self.stride
        var offset = checkpoints[checkpoint]
        while remaining > 0, offset < bytes.count {
            offset += 1
            while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
            remaining -= 1
        }
        return offset
    }
}
