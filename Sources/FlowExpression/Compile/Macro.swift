/// Calls that are no functions: their arguments are not evaluated before them.
enum Macro: Sendable, Hashable {
    case has, defaultValue, bind
    case comprehension(ComprehensionNode.Kind, variables: Int, hasCondition: Bool)
    case optionalMap(isFlat: Bool)

    /// The macro such a call is, or nil.
    static func find(_ name: String, arguments: Int, onValue: Bool) -> Macro? {
        guard onValue else {
            switch (name, arguments) {
            case ("has", 1): return .has
            case ("default", 2): return .defaultValue
            case ("cel.bind", 3): return .bind
            default: return nil
            }
        }
        func over(_ kind: ComprehensionNode.Kind, _ variables: Int = 1, filtered: Bool = false) -> Macro {
            .comprehension(kind, variables: variables, hasCondition: filtered)
        }
        switch (name, arguments) {
        case ("all", 2): return over(.all)
        case ("all", 3): return over(.all, 2)
        case ("exists", 2): return over(.exists)
        case ("exists", 3): return over(.exists, 2)
        case ("exists_one", 2), ("existsOne", 2): return over(.existsOne)
        case ("exists_one", 3), ("existsOne", 3): return over(.existsOne, 2)
        case ("filter", 2): return over(.filter)
        case ("map", 2): return over(.map)
        case ("map", 3): return over(.map, filtered: true)
        case ("transformList", 3): return over(.map, 2)
        case ("transformList", 4): return over(.map, 2, filtered: true)
        case ("transformMap", 3): return over(.transformMap, 2)
        case ("transformMap", 4): return over(.transformMap, 2, filtered: true)
        case ("transformMapEntry", 3): return over(.transformMapEntry, 2)
        case ("transformMapEntry", 4): return over(.transformMapEntry, 2, filtered: true)
        case ("sortBy", 2): return over(.sortBy)
        case ("group_by", 2): return over(.groupBy)
        case ("index_by", 2): return over(.indexBy)
        case ("optMap", 2): return .optionalMap(isFlat: false)
        case ("optFlatMap", 2): return .optionalMap(isFlat: true)
        default: return nil
        }
    }

    /// How many of the first arguments are names of variables.
    var variables: Int {
        switch self {
        case .has, .defaultValue: 0
        case .bind, .optionalMap: 1
        case .comprehension(_, let variables, _): variables
        }
    }
}
