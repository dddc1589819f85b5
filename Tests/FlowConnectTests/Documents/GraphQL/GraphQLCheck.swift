import FlowCore

/// One query with its variables against a schema: fields, arguments, types of variables and their values.
struct GraphQLCheck {
    private let schema: GraphQLSchema
    private let query: GraphQLQuery
    private(set) var complaints: [(name: String, text: String)] = []

    private static let scalars: Set = ["ID", "String", "Int", "Float", "Boolean"]

    init(_ query: GraphQLQuery, variables: ValueMap, in schema: GraphQLSchema) {
        self.schema = schema
        self.query = query
        select(query.selections, of: query.root, place: "")
        for (name, type) in query.variables { check(variables[name] ?? .absent, type, "$" + name) }
        for name in variables.names where query.variables[name] == nil {
            complaints.append(("$" + name, "is a variable that the query doesn't declare"))
        }
    }

    // MARK: Selections

    private mutating func select(_ selections: [GraphQLQuery.Selection], of type: String, place: String) {
        for selection in selections {
            let here = place.isEmpty ? selection.name : place + "." + selection.name
            guard let field = schema.types[type]?.fields[selection.name] else {
                complaints.append((here, "is no field of \(type)"))
                continue
            }
            check(selection.arguments, of: field.arguments, here)
            let isComposite = !(schema.types[field.type.name]?.fields.isEmpty ?? true)
            if isComposite == selection.selections.isEmpty {
                complaints.append((here, isComposite ? "needs fields" : "has no fields"))
            } else {
                select(selection.selections, of: field.type.name, place: here)
            }
        }
    }

    private mutating func check(
        _ given: [(name: String, value: GraphQLLiteral)], of known: [String: GraphQLSchema.Field], _ place: String
    ) {
        for (name, value) in given {
            if let field = known[name] {
                check(value, field.type, "\(place)(\(name))")
            } else {
                complaints.append(("\(place)(\(name))", "is no argument"))
            }
        }
        for (name, field) in known where field.type.isRequired && !field.hasDefault {
            if !given.contains(where: { $0.name == name }) { complaints.append(("\(place)(\(name))", "is missing")) }
        }
    }

    // MARK: Values in the query

    private mutating func check(_ value: GraphQLLiteral, _ type: GraphQLSchema.Reference, _ place: String) {
        switch (value, type) {
        case (.variable(let name), _):
            let declared = query.variables[name]
            if declared != type, declared != .required(type) {
                complaints.append((place, "is \(type), not \(declared?.description ?? "declared") as $\(name)"))
            }
        case (_, .required(let inner)): check(value, inner, place)
        case (.list(let items), .list(let item)): for value in items { check(value, item, place) }
        case (_, .list(let item)): check(value, item, place)
        case (.object(let members), .named(let name)):
            check(members, of: schema.types[name]?.fields ?? [:], place)
        case (.constant(.name(let word)), .named(let name)) where schema.types[name]?.kind == "enum":
            if schema.types[name]?.values.contains(word) != true { complaints.append((place, "can't be \(word)")) }
        default: break
        }
    }

    // MARK: Values of variables

    private mutating func check(_ value: Value, _ type: GraphQLSchema.Reference, _ place: String) {
        if value.isNull || value.isAbsent {
            if type.isRequired { complaints.append((place, "is missing")) }
            return
        }
        switch type {
        case .required(let inner): check(value, inner, place)
        case .list(let item): for element in value.listValue ?? [value] { check(element, item, place + "[]") }
        case .named(let name): check(value, named: name, place)
        }
    }

    private mutating func check(_ value: Value, named name: String, _ place: String) {
        guard let definition = schema.types[name] else {
            if !Self.scalars.contains(name) { complaints.append((place, "has the unknown type \(name)")) }
            if !Self.fits(value, name) { complaints.append((place, "must be \(name), not \(JSON.text(value))")) }
            return
        }
        switch definition.kind {
        case "enum":
            if !definition.values.contains(value.stringValue ?? "") {
                complaints.append((place, "can't be \(JSON.text(value))"))
            }
        case "input":
            let members = value.mapValue ?? ValueMap()
            for (key, member) in members {
                if let field = definition.fields[key.text] {
                    check(member, field.type, place + "." + key.text)
                } else {
                    complaints.append((place + "." + key.text, "is no member of \(name)"))
                }
            }
            for (key, field) in definition.fields where field.type.isRequired && !field.hasDefault {
                if members[key] == nil { complaints.append((place + "." + key, "is missing")) }
            }
        default: break
        }
    }

    private static func fits(_ value: Value, _ scalar: String) -> Bool {
        switch scalar {
        case "ID", "String": value.stringValue != nil
        case "Boolean": value.boolValue != nil
        case "Int": value.intValue != nil
        default: value.doubleValue != nil
        }
    }
}
