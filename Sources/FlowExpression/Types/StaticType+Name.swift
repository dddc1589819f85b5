package import FlowCore

extension StaticType {
    /// As messages say it: `a string`, `an int or a list`. That it may be missing as well is left out.
    package var withArticle: String { StaticType.list(told.map(StaticType.article)) }

    /// `string, bytes or list`
    var name: String { StaticType.list(told) }

    private var told: [String] {
        if isDynamic { return ["value"] }
        var kinds = (without([.null, .absent]) ?? self).kinds
        var names: [String] = []
        if kinds.isSuperset(of: [.int, .uint, .double]) {
            kinds.subtract(StaticType.number.kinds)
            names.append("number")
        }
        return names + ValueType.allCases.filter(kinds.contains).map(\.plainName)
    }

    private static func article(_ name: String) -> String {
        if ["null", "absent", "bytes"].contains(name) { return name }
        return (name.first.map { "aeio".contains($0) } == true ? "an " : "a ") + name
    }

    private static func list(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " or " + last
    }
}
