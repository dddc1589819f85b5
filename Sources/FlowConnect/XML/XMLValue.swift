import FlowCore

/// Which elements are lists however many of them there are.
struct XMLLists: Sendable, Hashable {
    /// Names of such elements, wherever they stand.
    private var everywhere: Set<String> = []
    /// Names of such elements by the element they stand in, which has an empty list where there are none.
    private var inside: [String: [String]] = [:]

    /// - Parameter names: `Item`, or with the element it stands in `List.Item`.
    init(_ names: [String]) {
        for name in names {
            let parts = name.split(separator: ".").map(String.init)
            if parts.count == 2 { inside[parts[0], default: []].append(parts[1]) } else { everywhere.insert(name) }
        }
    }

    func contains(_ name: String, in parent: String) -> Bool {
        everywhere.contains(name) || inside[parent]?.contains(name) == true
    }

    /// Names of the lists that an element has in any case.
    func of(_ parent: String) -> [String] { inside[parent] ?? [] }
}

extension XMLElement {
    /// As expressions see it: text alone is a string; else a map with the elements inside by their local names, repeated
    /// ones as lists, attributes as `@name`, and text beside these as `#text`.
    func value(_ lists: XMLLists = XMLLists([])) -> Value {
        let elements = elements
        let always = lists.of(name.local)
        guard !elements.isEmpty || !attributes.isEmpty || !always.isEmpty else { return .string(text) }
        var map = ValueMap()
        for (name, value) in attributes { map["@\(name.local)"] = .string(value) }
        var order: [String] = []
        var found: [MapKey: [Value]] = [:]
        for element in elements {
            let local = element.name.local
            if found[.string(local)] == nil { order.append(local) }
            found[.string(local), default: []].append(element.value(lists))
        }
        for name in order {
            let values = found[.string(name)] ?? []
            map[name] = values.count == 1 && !lists.contains(name, in: self.name.local) ? values[0] : .list(values)
        }
        for name in always where map[name] == nil { map[name] = [] }
        let isBlank = text.allSatisfy(\.isWhitespace)
        if elements.isEmpty && always.isEmpty && !text.isEmpty || !isBlank { map["#text"] = .string(text) }
        return .map(map)
    }
}
