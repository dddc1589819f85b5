import FlowCore
import FlowSpec

/// Finds out what type a credential is meant to have.
struct CredentialTypeChoice {
    let session: Session
    let index: CredentialTypeIndex

    /// The type of this name; without one that of the connector the credential is named like, or the type it is named
    /// like itself, else one that is chosen.
    ///
    /// - Throws: an `Exit` of status `usage` where there is no such type, or nobody to choose.
    func type(named type: String?, for name: String) throws -> CredentialType {
        if let type {
            if let found = index.type(named: type) { return found }
            throw Exit.usage(
                "there is no credential type \"\(type)\"",
                hint: Suggestion.didYouMean(type, among: index.all.map(\.name))
                    ?? "run \"flowctl credentials types\" for those there are")
        }
        if let found = index.defaultType(forCredential: name) ?? index.type(named: name) { return found }
        if index.takesLoginOnly(credentialNamed: name) {
            throw Exit.usage(
                "\(name) takes a login, not a credential that is added",
                hint: "run \"flowctl credentials login \(name)\"")
        }
        guard session.prompt.isAvailable else {
            throw Exit.usage(
                "no type is given, and no connector or type is named \"\(name)\"",
                hint: "give --type: \(index.all.map(\.name).joined(separator: ", "))")
        }
        return try choose(among: index.all)
    }

    private func choose(among types: [CredentialType]) throws -> CredentialType {
        let console = session.console
        let width = types.map(\.name.count).max() ?? 0
        for (number, type) in types.enumerated() {
            let padding = String(repeating: " ", count: width - type.name.count + 2)
            let place = String(repeating: " ", count: number < 9 ? 1 : 0) + String(number + 1)
            console.complain("\(place, .dim)  \(type.name, .bold)\(padding)\(type.help)")
        }
        while true {
            let answer = FieldForm(.text).trimmed(
                try session.prompt.ask("which type, by number or name", isSecret: false))
            if let number = Int(answer), types.indices.contains(number - 1) { return types[number - 1] }
            if let found = types.first(where: { $0.name == answer }) { return found }
            let hint =
                Suggestion.didYouMean(answer, among: types.map(\.name)) ?? "give a number from 1 to \(types.count)"
            console.complain("  \("there is no such type: \(hint)", .yellow)")
        }
    }
}
