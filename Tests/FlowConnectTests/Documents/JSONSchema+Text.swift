import FlowCore

extension JSONSchema {
    /// What is wrong with the value itself, whatever is in it.
    func objection(_ value: Value, _ schema: Value) -> String? {
        let types =
            schema["type"]?.listValue?.compactMap(\.stringValue) ?? [schema["type"]?.stringValue].compactMap { $0 }
        if !types.isEmpty, !types.contains(where: { JSONSchema.fits(value, $0) }) {
            return "must be \(types.joined(separator: " or ")), not \(JSON.text(value))"
        }
        if let choices = schema["enum"]?.listValue, !choices.contains(value) {
            return "must be one of \(choices.map { JSON.text($0) }.joined(separator: ", ")), not \(JSON.text(value))"
        }
        if let constant = schema["const"], constant != value { return "must be \(JSON.text(constant))" }
        return nil
    }

    private static func fits(_ value: Value, _ type: String) -> Bool {
        switch type {
        case "string": value.stringValue != nil
        case "integer": value.intValue != nil
        case "number": value.doubleValue != nil
        case "boolean": value.boolValue != nil
        case "array": value.listValue != nil
        case "object": value.mapValue != nil
        case "null": value.isNull
        // Swagger 2 has `file`.
        default: true
        }
    }

    /// The text of a query, path or form as the schema means it: a number where it can only be one.
    func value(ofText text: String, _ schema: Value, depth: Int = 0) -> Value {
        if let reference = schema["$ref"]?.stringValue, depth < 50, let target = resolve(reference) {
            return value(ofText: text, target, depth: depth + 1)
        }
        for key in ["anyOf", "oneOf", "allOf"] {
            guard let parts = schema[key]?.listValue else { continue }
            let values = parts.map { value(ofText: text, $0, depth: depth + 1) }
            return zip(values, parts).first { complaints(about: $0, $1).isEmpty }?.0 ?? values.first ?? .string(text)
        }
        let types = schema["type"]?.listValue?.compactMap(\.stringValue) ?? [schema["type"]?.stringValue ?? ""]
        if types.contains("string") { return .string(text) }
        if types.contains("array") {
            // JSON, or the items with commas between them.
            if text.hasPrefix("["), let list = try? JSON.parse(text) { return list }
            let item = schema["items"] ?? .map(ValueMap())
            return .list(text.split(separator: ",").map { value(ofText: String($0), item, depth: depth + 1) })
        }
        let isPlain = types.contains { ["integer", "number", "boolean", "object"].contains($0) }
        if isPlain, let parsed = try? JSON.parse(text) { return parsed }
        return .string(text)
    }
}
