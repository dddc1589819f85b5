/// A name in XML with the namespace it belongs to.
struct XMLName: Hashable, Sendable {
    /// Empty where it belongs to none.
    var namespace: String
    var local: String

    static let dav = "DAV:"

    init(_ local: String, in namespace: String = "") {
        self.namespace = namespace
        self.local = local
    }

    /// `{DAV:}href`; the local name alone where there is no namespace.
    var text: String { namespace.isEmpty ? local : "{\(namespace)}\(local)" }
}

/// An element of XML with all that stands in it.
struct XMLElement: Hashable, Sendable {
    enum Content: Hashable, Sendable {
        case element(XMLElement)
        case text(String)
    }

    var name: XMLName
    /// In their order, without those that declare namespaces.
    var attributes: [(name: XMLName, value: String)]
    var content: [Content]

    init(_ name: XMLName, attributes: [(name: XMLName, value: String)] = [], content: [Content] = []) {
        self.name = name
        self.attributes = attributes
        self.content = content
    }

    /// The elements directly inside.
    var elements: [XMLElement] { content.compactMap { if case .element(let element) = $0 { element } else { nil } } }

    /// The text directly inside.
    var text: String {
        content.reduce(into: "") { if case .text(let text) = $1 { $0 += text } }
    }

    func first(_ name: XMLName) -> XMLElement? { elements.first { $0.name == name } }

    static func == (left: XMLElement, right: XMLElement) -> Bool {
        left.name == right.name && left.content == right.content
            && left.attributes.elementsEqual(right.attributes) { $0.name == $1.name && $0.value == $1.value }
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(content)
    }
}
