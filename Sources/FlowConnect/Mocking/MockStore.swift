import FlowCore

/// One use of an operation as it touches the things of an app.
struct MockUse {
    let role: ResourceRole
    let operation: Operation
    let request: MockRequest
    /// What stands in the path, by name.
    let path: [String: String]

    /// The text of the parameter that names the thing.
    var identifier: String? {
        guard let name = role.parameter else { return nil }
        if let text = path[name] { return text }
        let wire = operation.parameters.first { $0.name == name }?.wireName ?? name
        if let text = request.query.first(where: { $0.name == wire })?.value { return text }
        if let text = request.form?.first(where: { $0.name == wire })?.value { return text }
        return (request.json?[wire] ?? inHeaders[wire]).map { WireText.of($0) }
    }

    /// Members of what headers say as JSON.
    private var inHeaders: ValueMap {
        let headers = operation.requests.flatMap(\.headers)
        let said = headers.compactMap { name, value in if case .json = value { request.headers[name] } else { nil } }
        return said.compactMap { try? JSON.parse(Array($0.utf8)).mapValue }.first ?? ValueMap()
    }

    /// The id that the request itself gives to what it makes: under the id's own name, or as the parameter that the
    /// connector names.
    func givenIdentifier(_ name: String, like example: Value) -> Value? {
        if role.parameter != nil { return identifier.map(Value.string) }
        return members[name].flatMap { $0.type == example.type ? $0 : nil }
    }

    /// What the request says of the thing.
    var members: ValueMap {
        if let json = request.json {
            let place = role.fields.reduce(Optional(json)) { $0?[$1] }
            return place?.mapValue ?? ValueMap()
        }
        return ValueMap((request.form ?? []).map { ($0.name, .string($0.value)) })
    }
}

/// The things that were made in an app, by kind.
struct MockStore {
    private struct Kind {
        var things: [(id: String, value: Value)] = []
        var deleted: Set<String> = []
        /// The member that tells them apart.
        var identifier: String?
    }

    private var kinds: [String: Kind] = [:]

    /// - Parameter roles: of all operations of the app.
    init(_ roles: [ResourceRole]) {
        for role in roles where role.verb == .create { kinds[role.kind, default: Kind()].identifier = role.identifier }
    }

    /// Does to the store what the operation does, and makes its example's reply say so.
    ///
    /// - Returns: false where there is no such thing.
    mutating func apply(_ use: MockUse, to body: inout Value) -> Bool {
        var kind = kinds[use.role.kind] ?? Kind()
        defer { kinds[use.role.kind] = kind }
        switch use.role.verb {
        case .create:
            create(use, &kind, &body)
            return true
        case .list:
            body = body.replacing(at: use.role.place) { list in
                .list(MockStore.listed(list.listValue ?? [], kind))
            }
            return true
        case .read, .update, .delete:
            let id = use.identifier ?? ""
            guard !kind.deleted.contains(id) else { return false }
            let index = kind.things.firstIndex { $0.id == id }
            if use.role.verb == .delete {
                if let index { kind.things.remove(at: index) }
                kind.deleted.insert(id)
                return true
            }
            // A thing that was there before is like the example's, of its own name.
            var thing =
                index.map { kind.things[$0].value }
                ?? body.member(at: use.role.place)?.identified(kind.identifier, as: id) ?? .null
            if use.role.verb == .update {
                thing = thing.overlaid(with: use.members)
                if let index {
                    kind.things[index].value = thing
                } else {
                    kind.things.append((id, thing))
                }
            }
            if !thing.isNull { body = body.replacing(at: use.role.place) { _ in thing } }
            if use.role.verb == .update { body = body.agreeing(with: thing, at: use.role.place) }
            return true
        }
    }

    private func create(_ use: MockUse, _ kind: inout Kind, _ body: inout Value) {
        guard let name = use.role.identifier, var thing = body.member(at: use.role.place) else { return }
        thing = thing.overlaid(with: use.members, except: name)
        let first = use.givenIdentifier(name, like: thing[name] ?? .null) ?? thing[name] ?? .null
        var id = first
        var count: Int64 = 1
        while kind.things.contains(where: { $0.id == WireText.of(id) }) || kind.deleted.contains(WireText.of(id)) {
            count += 1
            id = first.intValue.map { .int($0 + count - 1) } ?? .string("\(WireText.of(first))-\(count)")
        }
        thing = thing.setting(name, inside: [], to: id)
        kind.things.append((WireText.of(id), thing))
        body = body.replacing(at: use.role.place) { _ in thing }.agreeing(with: thing, at: use.role.place)
    }

    private static func listed(_ example: [Value], _ kind: Kind) -> [Value] {
        let own = kind.things.map(\.value)
        guard let name = kind.identifier else { return own.isEmpty ? example : own }
        let known = Set(kind.things.map(\.id)).union(kind.deleted)
        return example.filter { !known.contains($0[name].map { WireText.of($0) } ?? "") } + own
    }
}

extension Value {
    /// The member inside the maps of these names.
    fileprivate func member(at path: [String]) -> Value? { path.reduce(Optional(self)) { $0?[$1] } }

    func replacing(at path: [String], _ change: (Value) -> Value) -> Value {
        guard let name = path.first else { return change(self) }
        guard var map = mapValue, let member = map[name] else { return self }
        map[name] = member.replacing(at: Array(path.dropFirst()), change)
        return .map(map)
    }

    /// With what a request says of members that it has, or that every example may have left out.
    fileprivate func overlaid(with members: ValueMap, except name: String? = nil) -> Value {
        guard var map = mapValue else { return self }
        for (key, value) in members where key.text != name {
            let held = map[key]
            // What the service makes of a text, such as the person of a login, the example knows better.
            if case .map? = held, case .map(let further) = value {
                map[key] = held?.overlaid(with: further)
            } else if held == nil || held?.isNull == true || held?.type == value.type {
                map[key] = value
            }
        }
        return .map(map)
    }

    /// With members beside the one that holds a thing as the thing has them, such as its id.
    fileprivate func agreeing(with thing: Value, at place: [String]) -> Value {
        guard place.count == 1, let members = thing.mapValue, var map = mapValue else { return self }
        for (key, held) in map where key.text != place[0] {
            if let member = members[key], member.type == held.type { map[key] = member }
        }
        return .map(map)
    }

    fileprivate func identified(_ name: String?, as id: String) -> Value? {
        guard let name, let held = mapValue?[name] else { return self }
        if held.intValue != nil { return Int64(id).map { setting(name, inside: [], to: .int($0)) } ?? self }
        return setting(name, inside: [], to: .string(id))
    }
}
