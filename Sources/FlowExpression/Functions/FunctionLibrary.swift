import FlowCore

/// Every function and macro there is, in one registry.
package enum FunctionLibrary {
    /// Functions that are documented together.
    package struct Group: Sendable {
        /// Such as `Lists and maps`.
        package let title: String
        package let functions: [Function]

        package func filtered(_ isWanted: (Function) -> Bool) -> Group {
            Group(title: title, functions: functions.filter(isWanted))
        }
    }

    package static let groups: [Group] = [
        Group(title: "Macros", functions: macros),
        Group(title: "Lists and maps", functions: lists),
        Group(title: "Sets", functions: sets),
        Group(title: "Text", functions: strings + formatting),
        Group(title: "Regular expressions", functions: regularExpressions),
        Group(title: "Numbers", functions: numbers),
        Group(title: "Times", functions: times),
        Group(title: "Conversions", functions: conversions),
        Group(title: "Data formats", functions: data),
        Group(title: "Encodings and digests", functions: encodings + digests + files),
        Group(title: "Optional values", functions: optionals),
        Group(title: "The run", functions: run),
    ]

    package static let all: [Function] = groups.flatMap(\.functions)

    /// Functions called freely, by their whole name.
    static let free: [String: Function] = Dictionary(
        all.filter { function in function.signatures.contains { function.isFree($0) } }.map { ($0.name, $0) },
        uniquingKeysWith: { first, _ in first })

    /// Functions called on a value.
    static let methods: [String: Function] = Dictionary(
        all.filter { function in function.signatures.contains { !function.isFree($0) } }.map { ($0.name, $0) },
        uniquingKeysWith: { first, _ in first })

    /// The functions of that name; more than one where a free call means something else than one on a value.
    package static func named(_ name: String) -> [Function] { all.filter { $0.name == name } }
}
