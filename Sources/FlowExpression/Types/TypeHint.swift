package import FlowCore

/// Remedies for a term of the wrong type, in terms of what was written.
package enum TypeHint {
    /// How `term` becomes what is needed; nil where nobody can tell.
    package static func conversion(from type: StaticType, to needed: StaticType, _ term: String) -> String? {
        if let literal = TypeHint.literal(term) { return literal(needed) }
        if type.without([.null, .absent]) == nil { return "use default(\(term), …) where it may be missing" }
        if type.may(be: .optional) { return "take what it holds with \(term).orValue(…)" }
        if needed.may(be: .string) {
            if type.may(be: .file) { return "write \(term).path" }
            if type.may(be: .list) { return "write \(term).join(\", \")" }
            if type.may(be: .map) { return "write to_json(\(term)), or one of its members" }
            return "write string(\(term))"
        }
        if type.may(be: .string) {
            let targets: [(StaticType, String)] = [
                (.int, "int"), (.double, "double"), (.uint, "uint"), (.bool, "bool"), (.timestamp, "timestamp"),
                (.duration, "duration"), (.bytes, "bytes"), (.map, "json"),
            ]
            if needed.may(be: .list), !needed.may(be: .map) { return "split it: \(term).split(\",\")" }
            return targets.first { needed.overlaps($0.0) }.map { "write \($0.1)(\(term))" }
        }
        if type.overlaps(.number), needed.overlaps(.number) {
            return "write \(needed.may(be: .int) ? "int" : "double")(\(term))"
        }
        if type.may(be: .map), needed.may(be: .list) { return "write \(term).values(), or \(term).keys()" }
        if type.may(be: .list) { return "take one item: \(term)[0]" }
        return nil
    }

    /// For a term that is written out: how it is written as what is needed.
    private static func literal(_ term: String) -> ((StaticType) -> String?)? {
        if Double(term) != nil || ["true", "false"].contains(term) {
            return { $0.may(be: .string) ? "write '\(term)'" : nil }
        }
        guard let quote = term.first, quote == "'" || quote == "\"" else { return nil }
        let text = term.dropFirst().dropLast()
        return { needed in
            let isNumber = needed.overlaps(.number) && Double(text) != nil
            let isBool = needed.may(be: .bool) && ["true", "false"].contains(text)
            return isNumber || isBool ? "write \(text) without quotes" : nil
        }
    }

    /// How `term` becomes a condition.
    package static func condition(from type: StaticType, _ term: String, isNegated: Bool = false) -> String {
        if let quote = term.first, quote == "'" || quote == "\"" {
            return "compare something with it, such as inputs.name == \(term)"
        }
        let sign = isNegated ? "==" : "!="
        if type.may(beOneOf: [.list, .map, .bytes]) { return "compare it: size(\(term)) \(isNegated ? "==" : ">") 0" }
        if type.overlaps(.number) { return "compare it: \(term) \(sign) 0" }
        if type.may(be: .string) {
            // Switches of the environment are text as well.
            if term.hasPrefix("env.") { return "it is text, so compare it: \(term) \(isNegated ? "!=" : "==") 'true'" }
            return "compare it: \(term) \(sign) \"\""
        }
        if type.may(be: .optional) { return "ask \(term).hasValue()" }
        return "compare it: \(term) \(sign) null"
    }
}
