import FlowCore
import FlowSpec

extension AuthScheme {
    /// Fields of a credential that nobody gave out, in the forms that the app's have.
    var mockFields: ValueMap {
        var made = ValueMap()
        for field in fields where field.isRequired {
            let text = field.defaultValue ?? mockText(field)
            made[field.name] = field.isSecret ? .secret(.string(text)) : .string(text)
        }
        if let login {
            made["provider"] = .string(login.provider)
            made["access_token"] = .secret("mock-access-token")
        }
        if case .assertion = signer { made[AssertionScheme.tokenField] = .secret("mock-access-token") }
        return made
    }

    private func mockText(_ field: CredentialType.Field) -> String {
        switch field.form.kind {
        case .url: "https://mock.example.com"
        case .email: "mock@example.com"
        default: (field.form.choices.first ?? field.form.prefixes.first.map { $0 + "mock" }) ?? "mock-\(field.name)"
        }
    }
}
