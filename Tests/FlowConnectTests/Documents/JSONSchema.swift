import FlowCore

/// Compares values with the schemas of one document: JSON Schema as OpenAPI has it, in what says something of a request.
///
/// An object may have the members that its schema names, and others where the schema says so or names none at all.
struct JSONSchema: Sendable {
    /// Where `$ref`s lead.
    let root: Value

    struct Complaint: Equatable {
        /// `labels[].name`; empty for the value itself.
        var place: String
        var text: String
    }

    func complaints(about value: Value, _ schema: Value) -> [Complaint] { checked(value, schema, "") }

    /// The findings, with the members that no part of the schema has looked at as complaints.
    private func checked(_ value: Value, _ schema: Value, _ place: String) -> [Complaint] {
        var findings = findings(value, schema, place, depth: 0)
        guard case .map(let map) = value, !findings.isOpen else { return findings.complaints }
        for name in map.names where !findings.known.contains(name) {
            findings.complain(JSONSchema.join(place, name), "is not in the schema")
        }
        return findings.complaints
    }

    /// What one schema, with all its parts, has to say of one value.
    private struct Findings {
        var complaints: [Complaint] = []
        /// Members that some part names.
        var known: Set<String> = []
        /// Whether some part allows any other member.
        var isOpen = false

        mutating func complain(_ place: String, _ text: String) {
            complaints.append(Complaint(place: place, text: text))
        }

        mutating func add(_ other: Findings) {
            complaints += other.complaints
            known.formUnion(other.known)
            isOpen = isOpen || other.isOpen
        }
    }

    /// - Parameter depth: how many references lead here without a step into the value.
    private func findings(_ value: Value, _ schema: Value, _ place: String, depth: Int) -> Findings {
        var findings = Findings()
        guard depth < 50 else { return findings }
        if let reference = schema["$ref"]?.stringValue {
            guard let target = resolve(reference) else {
                findings.complain(place, "has a schema that isn't there: \(reference)")
                return findings
            }
            findings.add(self.findings(value, target, place, depth: depth + 1))
        }
        // A document that is cut down for these tests says where a schema was left out.
        if value.isNull && schema["nullable"] == true || schema["x-cut"] != nil {
            findings.isOpen = true
            return findings
        }
        if let objection = objection(value, schema) { findings.complain(place, objection) }
        for part in schema["allOf"]?.listValue ?? [] {
            findings.add(self.findings(value, part, place, depth: depth + 1))
        }
        for key in ["anyOf", "oneOf"] {
            guard let alternatives = schema[key]?.listValue, !alternatives.isEmpty else { continue }
            findings.add(best(of: alternatives, for: value, place, depth: depth + 1))
        }
        if case .map(let map) = value { findings.add(members(map, schema, place)) }
        if case .list(let items) = value, let item = schema["items"] {
            for element in items { findings.complaints += checked(element, item, place + "[]") }
        }
        return findings
    }

    /// What the alternative says that fits and knows the most members; where none fits, that which knows the most.
    private func best(of alternatives: [Value], for value: Value, _ place: String, depth: Int) -> Findings {
        let names = Set(value.mapValue?.names ?? [])
        // Beside a reference some documents have an object without members, to say that it may be null.
        let telling = alternatives.filter { names.isEmpty || JSONSchema.tells($0) }
        let found = (telling.isEmpty ? alternatives : telling).map { findings(value, $0, place, depth: depth) }
        let fitting = found.filter(\.complaints.isEmpty)
        return (fitting.isEmpty ? found : fitting).max {
            let (one, other) = (covered(names, by: $0), covered(names, by: $1))
            return one == other ? $0.complaints.count > $1.complaints.count : one < other
        } ?? Findings()
    }

    private func covered(_ names: Set<String>, by findings: Findings) -> Int {
        findings.isOpen ? names.count : names.intersection(findings.known).count
    }

    /// Whether a schema says more than that there is an object.
    private static func tells(_ schema: Value) -> Bool {
        (schema.mapValue?.names ?? []).contains { !["type", "nullable", "title", "description"].contains($0) }
    }

    private func members(_ map: ValueMap, _ schema: Value, _ place: String) -> Findings {
        var findings = Findings()
        let properties = schema["properties"]?.mapValue ?? ValueMap()
        let patterns = schema["patternProperties"]?.mapValue ?? ValueMap()
        let others = schema["additionalProperties"]
        for (key, value) in map {
            let name = key.text
            let own = JSONSchema.join(place, name)
            if let property = properties[name] {
                findings.known.insert(name)
                findings.complaints += checked(value, property, own)
            } else if let pattern = patterns.first(where: { JSONSchema.matches(name, $0.key.text) }) {
                findings.known.insert(name)
                findings.complaints += checked(value, pattern.value, own)
            } else if others?.mapValue?.isEmpty == false, let others {
                findings.known.insert(name)
                findings.complaints += checked(value, others, own)
            }
        }
        for name in schema["required"]?.listValue?.compactMap(\.stringValue) ?? []
        where map[name] == nil && properties[name]?["readOnly"] != true {
            findings.complain(JSONSchema.join(place, name), "is missing")
        }
        let isPart = ["$ref", "allOf", "anyOf", "oneOf"].contains { schema[$0] != nil }
        let namesNone = properties.isEmpty && patterns.isEmpty && others == nil && !isPart && schema["required"] == nil
        findings.isOpen = namesNone || others == true || others?.mapValue?.isEmpty == true
        return findings
    }

    func resolve(_ reference: String) -> Value? {
        guard reference.hasPrefix("#/") else { return nil }
        return reference.dropFirst(2).split(separator: "/").reduce(Optional(root)) { value, part in
            value?[String(part.replacing("~1", with: "/").replacing("~0", with: "~"))]
        }
    }

    /// The schema of a member, wherever in the parts of an object's schema it stands.
    func property(_ name: String, of schema: Value, depth: Int = 0) -> Value? {
        guard depth < 50 else { return nil }
        if let property = schema["properties"]?[name] { return property }
        let references = schema["$ref"]?.stringValue.flatMap(resolve).map { [$0] } ?? []
        let parts = references + ["allOf", "anyOf", "oneOf"].flatMap { schema[$0]?.listValue ?? [] }
        return parts.lazy.compactMap { property(name, of: $0, depth: depth + 1) }.first
    }

    private static func join(_ place: String, _ name: String) -> String { place.isEmpty ? name : place + "." + name }

    private static func matches(_ name: String, _ pattern: String) -> Bool {
        (try? Regex(pattern)).map { name.contains($0) } ?? false
    }
}
