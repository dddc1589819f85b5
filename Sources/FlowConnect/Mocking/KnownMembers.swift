import FlowCore
import FlowExpression

/// The members that the JSON of a request may have, at any depth.
indirect enum KnownMembers {
    /// Whatever an argument or an expression gives.
    case any
    case these([String: KnownMembers])

    /// Those of what a template makes.
    init(_ template: ValueTemplate) {
        guard case .map(let members) = template.content, !members.contains(where: { $0.key == ValueTemplate.spread })
        else {
            self = .any
            return
        }
        self = .these(Dictionary(members.map { ($0.key, KnownMembers($0.value)) }, uniquingKeysWith: { $1 }))
    }

    /// Lets whatever stands inside the objects of these names be there.
    mutating func open(at path: some Collection<String>) {
        guard let name = path.first, case .these(var known) = self else {
            self = .any
            return
        }
        var inner = known[name] ?? .these([:])
        inner.open(at: path.dropFirst())
        known[name] = inner
        self = .these(known)
    }

    /// The first member that isn't known, with the names of those it stands in; nil where all are known.
    func stranger(in value: Value) -> String? {
        guard case .these(let known) = self, let map = value.mapValue else { return nil }
        for (key, member) in map {
            guard let inside = known[key.text] else { return key.text }
            if let stranger = inside.stranger(in: member) { return key.text + "." + stranger }
        }
        return nil
    }
}
