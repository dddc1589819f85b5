import CYAML
package import FlowCore

extension YAML {
    /// YAML text of a value in block style, with a line break at its end.
    ///
    /// Strings that YAML 1.2 or 1.1 readers would take for something else (`on`, `null`, `3`, `2026-01-01`) are quoted.
    /// Bytes, timestamps, durations and files are written as ``JSON`` writes them; secrets as they are.
    package static func text(_ value: Value) -> String {
        var emitter = Emitter()
        // JSON is YAML: what libyaml can't write is still written.
        return emitter.document(value) ?? JSON.text(value) + "\n"
    }
}

/// Writes one document through libyaml.
private struct Emitter {
    private final class Output { var bytes: [UInt8] = [] }

    private var emitter = yaml_emitter_t()
    private var isSound = true

    mutating func document(_ value: Value) -> String? {
        let output = Output()
        guard yaml_emitter_initialize(&emitter) == 1 else { return nil }
        defer { yaml_emitter_delete(&emitter) }
        yaml_emitter_set_output(
            &emitter,
            { context, bytes, count in
                guard let context, let bytes else { return 0 }
                let output = Unmanaged<Output>.fromOpaque(context).takeUnretainedValue()
                output.bytes.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
                return 1
            }, Unmanaged.passUnretained(output).toOpaque())
        yaml_emitter_set_encoding(&emitter, YAML_UTF8_ENCODING)
        yaml_emitter_set_unicode(&emitter, 1)
        yaml_emitter_set_indent(&emitter, 2)
        yaml_emitter_set_width(&emitter, -1)
        withExtendedLifetime(output) {
            emit { yaml_stream_start_event_initialize(&$0, YAML_UTF8_ENCODING) }
            emit { yaml_document_start_event_initialize(&$0, nil, nil, nil, 1) }
            write(value)
            emit { yaml_document_end_event_initialize(&$0, 1) }
            emit { yaml_stream_end_event_initialize(&$0) }
            yaml_emitter_flush(&emitter)
        }
        guard isSound else { return nil }
        // After a plain scalar alone libyaml writes the end of the document too.
        var text = String(decoding: output.bytes, as: UTF8.self)
        if text.hasSuffix("\n...\n") { text.removeLast(4) }
        return text
    }

    private mutating func emit(_ make: (inout yaml_event_t) -> Int32) {
        guard isSound else { return }
        var event = yaml_event_t()
        guard make(&event) == 1, yaml_emitter_emit(&emitter, &event) == 1 else {
            isSound = false
            return
        }
    }

    private mutating func write(_ value: Value) {
        switch value {
        case .null, .absent, .stream: scalar("null")
        case .bool(let value): scalar(String(value))
        case .int(let value): scalar(String(value))
        case .uint(let value): scalar(String(value))
        case .double(let value): scalar(doubleText(value))
        case .number(let value): scalar(value.text)
        case .string(let value): string(value)
        case .list(let items): list(items)
        case .map(let map): self.map(map)
        case .optional(let inner): write(inner ?? .null)
        case .secret(let inner): write(inner)
        case .file(let file): write(.map(file.asMap))
        case .bytes(let bytes): string(Base64.encode(bytes))
        case .timestamp(let timestamp): string(timestamp.rfc3339)
        case .duration(let duration): string(duration.celText)
        case .type(let type): string(type.rawValue)
        }
    }

    private func doubleText(_ value: Double) -> String {
        value.isNaN ? ".nan" : value.isInfinite ? (value < 0 ? "-.inf" : ".inf") : "\(value)"
    }

    private mutating func list(_ items: [Value]) {
        let style = items.isEmpty ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE
        emit { yaml_sequence_start_event_initialize(&$0, nil, nil, 1, style) }
        for item in items where !item.isAbsent { write(item) }
        emit { yaml_sequence_end_event_initialize(&$0) }
    }

    private mutating func map(_ map: ValueMap) {
        let style = map.isEmpty ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE
        emit { yaml_mapping_start_event_initialize(&$0, nil, nil, 1, style) }
        for (key, value) in map where !value.isAbsent {
            if case .string(let text) = key { string(text) } else { scalar(key.text) }
            write(value)
        }
        emit { yaml_mapping_end_event_initialize(&$0) }
    }

    private mutating func string(_ text: String) {
        let style =
            PlainText.needsQuotes(text)
            ? YAML_SINGLE_QUOTED_SCALAR_STYLE
            : text.utf8.contains(0x0A) ? YAML_LITERAL_SCALAR_STYLE : YAML_PLAIN_SCALAR_STYLE
        scalar(text, style: style)
    }

    private mutating func scalar(_ text: String, style: yaml_scalar_style_t = YAML_PLAIN_SCALAR_STYLE) {
        var bytes = Array(text.utf8)
        let count = Int32(clamping: bytes.count)
        bytes.append(0)
        emit { yaml_scalar_event_initialize(&$0, nil, nil, bytes, count, 1, 1, style) }
    }
}

/// Which strings a YAML reader would take for something else.
private enum PlainText {
    /// What YAML 1.1 readers, which are many, take for booleans.
    private static let oldBooleans: Set<String> = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]

    private static let numberLike = Set("0123456789abcdefABCDEFxXoOtTzZ:_.+- ".utf8)

    static func needsQuotes(_ text: String) -> Bool {
        guard let first = text.utf8.first else { return true }
        if case .string = CoreSchema.value(ofPlain: text) {} else { return true }
        if oldBooleans.contains(text.lowercased()) || text == "<<" || text == "=" { return true }
        // Dates, times, sexagesimal and binary numbers of YAML 1.1 all start like a number and hold nothing else.
        let startsLikeNumber = (48...57).contains(first) || first == UInt8(ascii: "-") || first == UInt8(ascii: "+")
        return startsLikeNumber && text.utf8.contains { (48...57).contains($0) }
            && text.utf8.allSatisfy(numberLike.contains)
    }
}
