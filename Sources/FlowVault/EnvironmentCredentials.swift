import FlowCore
import FlowSpec
import Synchronization

/// Credentials from variables of the process, for CI: `FLOWCTL_CREDENTIAL_SLACK_TEAM` is `slack-team`.
///
/// The value is JSON with the fields, and optionally `type` and `hosts`, or the bare secret where the type has one
/// secret field.
final class EnvironmentCredentials: Sendable {
    private let environment: [String: String]
    private let types: any CredentialTypeSource
    /// Which name each variable was asked for under.
    private let names = Mutex<[String: String]>([:])

    init(_ environment: [String: String], types: any CredentialTypeSource) {
        self.environment = environment.filter { CredentialName.likely(forVariable: $0.key) != nil }
        self.types = types
    }

    /// What the variables would be called as credentials.
    var likelyNames: [String] { environment.keys.compactMap(CredentialName.likely).sorted() }

    /// - Throws: `auth` where the variable's value is not that of a credential, `invalid` where two names share it.
    func credential(named name: String, defaultType: CredentialType?) throws(Failure) -> Credential? {
        let variable = CredentialName.environmentVariable(name)
        guard let text = environment[variable] else { return nil }
        let first = names.withLock { names in
            let first = names[variable] ?? name
            names[variable] = first
            return first
        }
        guard first == name else {
            throw Failure(
                .invalid, "the credentials \"\(first)\" and \"\(name)\" both stand for the variable \(variable)",
                hint: "rename one of them, or unset the variable", code: "credential_collision")
        }
        do throws(Failure) {
            let text = text.trimmingLineBreaks
            guard !text.isEmpty else {
                throw Failure(.auth, "the variable \(variable) is empty", hint: "set it, or unset it")
            }
            if text.first == "{" { return try parse(text, name: name, variable: variable, defaultType: defaultType) }
            return try bare(text, name: name, variable: variable, type: defaultType)
        } catch {
            throw Failure(.auth, error.message, hint: error.hint, code: "environment_credential")
        }
    }

    private func parse(
        _ text: String, name: String, variable: String, defaultType: CredentialType?
    ) throws(Failure) -> Credential {
        let value: Value
        do throws(Failure) {
            value = try JSON.parse(Array(text.utf8), refusesRepeatedKeys: true)
        } catch {
            let isJSON = (try? JSON.parse(text)) != nil
            throw Failure(
                .auth, "the variable \(variable): \(error.message)",
                hint: isJSON ? "remove one of the two" : "write it as JSON on one line")
        }
        var given = value.mapValue ?? ValueMap()
        var type = defaultType ?? CredentialTypes.shared(named: "custom")
        if let named = given["type"]?.stringValue {
            guard let known = defaultType?.name == named ? defaultType : types.type(named: named) else {
                throw Failure(
                    .auth, "the variable \(variable) has the type \"\(named)\", which does not exist",
                    hint: Suggestion.didYouMean(named, among: types.typeNames.sorted())
                        ?? (defaultType.map { "use \($0.name), or leave \"type\" out" }
                            ?? "run \"flowctl credentials types\" for those there are"))
            }
            type = known
        }
        let origins = try given["hosts"].map { hosts throws(Failure) in try parse(hosts: hosts, variable: variable) }
        given = ValueMap(
            given.filter { $0.key.text != "type" && $0.key.text != "hosts" }.map { ($0.key.text, $0.value) })
        return Credential(
            name: name, type: type?.name ?? "custom",
            fields: try type?.checked(given, source: "the variable \(variable)") ?? given, origins: origins,
            source: .environment(variable: variable))
    }

    /// `["api.example.com", "http://127.0.0.1:8080"]`; a host alone means https.
    private func parse(hosts: Value, variable: String) throws(Failure) -> Set<Origin> {
        let problem = Failure(
            .auth, "the variable \(variable) has \"hosts\" that are no hosts",
            hint: "write them as [\"api.example.com\", \"https://example.com:8443\"]")
        guard let items = hosts.listValue else { throw problem }
        var origins: Set<Origin> = []
        for item in items {
            guard let text = item.stringValue, let origin = Origin(text.contains("://") ? text : "https://" + text)
            else { throw problem }
            origins.insert(origin)
        }
        return origins
    }

    private func bare(
        _ text: String, name: String, variable: String, type: CredentialType?
    ) throws(Failure) -> Credential {
        let others = type?.fields.filter { $0.isRequired && !$0.isSecret && $0.defaultValue == nil } ?? []
        guard let type, let field = type.soleSecretField, others.isEmpty else {
            throw Failure(
                .auth,
                type.map {
                    "the variable \(variable) is no JSON, but a credential of type \($0.name) has several fields"
                }
                    ?? "the variable \(variable) is no JSON, and no type says what the text is",
                hint: "write it as \(type?.example ?? "{\"type\": \"bearer\", \"token\": \"…\"}")")
        }
        return Credential(
            name: name, type: type.name,
            fields: try type.checked(ValueMap([(field.name, .string(text))]), source: "the variable \(variable)"),
            source: .environment(variable: variable))
    }
}

extension String {
    /// Without line breaks at the end, which shells and secret stores like to leave.
    fileprivate var trimmingLineBreaks: String {
        var text = self
        while text.last?.isNewline == true { text.removeLast() }
        return text
    }
}
