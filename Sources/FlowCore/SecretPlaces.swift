/// Where a request holds what is marked secret, so that whoever shows the request leaves out exactly that, however short
/// it is and whatever its place is called.
package struct SecretPlaces: Sendable, Hashable {
    /// Header fields, in lower case. They don't go to another origin either.
    package private(set) var headers: Set<String> = []
    /// Those of them that say by which credential the call is made, as its signer has put them in.
    package private(set) var credentialHeaders: Set<String> = []
    /// Parameters of the query.
    package private(set) var query: Set<String> = []
    /// Texts in the path, as they stand there.
    package private(set) var path: Set<String> = []
    /// Fields of a form, names of parts, members of JSON at any depth.
    package private(set) var members: Set<String> = []
    /// Whether no name tells which part of the body is secret.
    package private(set) var isWholeBody = false

    package init(headers: [String] = []) { for name in headers { add(header: name) } }

    package var areInBody: Bool { isWholeBody || !members.isEmpty }

    package mutating func add(header name: String) { headers.insert(name.lowercased()) }

    package mutating func add(credentialHeader name: String) {
        add(header: name)
        credentialHeaders.insert(name.lowercased())
    }

    package mutating func add(parameter name: String) { query.insert(name) }

    package mutating func add(inPath text: String) { path.insert(text) }

    /// Takes in the secrets inside a value of the body, each by the nearest name above it.
    package mutating func add(inBody value: Value, under name: String? = nil) {
        switch value {
        case .secret:
            if let name { members.insert(name) } else { isWholeBody = true }
        case .list(let items): for item in items { add(inBody: item, under: name) }
        case .map(let map): for (key, member) in map { add(inBody: member, under: key.text) }
        case .optional(let inner?): add(inBody: inner, under: name)
        default: break
        }
    }
}
