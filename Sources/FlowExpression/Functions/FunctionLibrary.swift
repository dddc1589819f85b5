import FlowCore

/// Every function and macro there is, in one registry.
package enum FunctionLibrary {
    package static let all: [Function] =
        macros + conversions + strings + formatting + regularExpressions + lists + sets + numbers + times + encodings
        + digests + optionals + run

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
