package import FlowCore
package import FlowSpec

extension CredentialType {
    /// The fields as this type has them: secrets marked, defaults filled in.
    ///
    /// Any type takes the fields that say where its service is and how to get there, and when it ends.
    ///
    /// - Parameter source: what the fields come from, for messages: `the credential "x"`.
    /// - Throws: `invalid` where a required field is missing or empty, or a field is unknown; values are never named.
    package func checked(_ given: ValueMap, source: String) throws(Failure) -> ValueMap {
        var fields = ValueMap()
        for field in self.fields {
            let value = given[field.name] ?? .null
            let isMissing = value.isNull || value.isAbsent || value.stringValue == ""
            if !isMissing {
                fields[field.name] = field.isSecret ? value.asSecretText : value
            } else if let defaultValue = field.defaultValue {
                fields[field.name] = .string(defaultValue)
            } else if field.isRequired {
                throw Failure(
                    .invalid, "\(source) has no \"\(field.name)\", which the type \(name) needs",
                    hint: "give it as \(example)", code: "credential_field")
            }
        }
        for (key, value) in given where fields[key] == nil && self.fields.allSatisfy({ $0.name != key.text }) {
            let field = try field(named: key.text, source: source)
            fields[key] = field.isSecret ? value.asSecretText : value
        }
        return fields
    }

    /// The field of this name; an open type has one of any name.
    ///
    /// - Throws: `invalid` where the type knows none of that name.
    package func field(named fieldName: String, source: String) throws(Failure) -> Field {
        if let field = (fields + CredentialType.commonFields).first(where: { $0.name == fieldName }) { return field }
        guard !isOpen else {
            return Field(fieldName, secret: true, required: false, form: FieldForm(.password))
        }
        let names = fields.map(\.name)
        throw Failure(
            .invalid, "\(source) has the field \"\(terminalSafe(fieldName))\", which the type \(name) does not know",
            hint: Suggestion.didYouMean(fieldName, among: names + CredentialType.commonFields.map(\.name))
                ?? "its fields are \(names.joined(separator: ", "))", code: "credential_field")
    }

    /// Fields that a person gives, as they are meant: without what copying leaves at their ends, each in its form and
    /// with its mark. Those that are left empty are left out.
    ///
    /// - Throws: `invalid` where one is unknown or can't be what is meant; values are never named.
    package func entered(_ given: ValueMap, source: String) throws(Failure) -> ValueMap {
        var fields = ValueMap()
        for (key, value) in given where !value.isNull {
            let field = try field(named: key.text, source: source)
            guard let text = CredentialType.text(value) else {
                // What only expressions read may have any shape.
                guard isOpen else {
                    throw Failure(
                        .invalid, "the field \"\(key.text)\" of \(source) must be text, not a \(value.type.plainName)",
                        hint: field.help.isEmpty ? nil : "\(key.text): \(field.help)", code: "credential_field")
                }
                fields[key] = field.isSecret ? value.markedSecret : value
                continue
            }
            let trimmed = field.form.trimmed(text)
            guard !trimmed.isEmpty else { continue }
            do {
                try field.form.check(trimmed)
            } catch {
                throw Failure(
                    .invalid, "the field \"\(key.text)\" of \(source) \(error.reason)",
                    hint: isOpen ? "\(error.remedy), or add --unchecked where it is meant to be so" : error.remedy,
                    code: "credential_field")
            }
            fields[key] = field.isSecret ? .secret(.string(trimmed)) : .string(trimmed)
        }
        return fields
    }

    /// A number is as good as its digits, and the content of a JSON file as its text.
    private static func text(_ value: Value) -> String? {
        switch value.revealed {
        case .string(let text): text
        case .int(let number): String(number)
        case .map: value["type"]?.stringValue == "service_account" ? JSON.text(value.deeplyRevealed) : nil
        default: nil
        }
    }

    /// `{"username": "…", "password": "…"}`: the fields that must be there, as JSON to fill in; where none must, the first,
    /// which stands for the others.
    package var example: String {
        let required = fields.filter { $0.isRequired && $0.defaultValue == nil }.map(\.name)
        let names = required.isEmpty ? [fields.first?.name ?? "name"] : required
        return "{" + names.map { "\"\($0)\": \"…\"" }.joined(separator: ", ") + "}"
    }
}

extension Value {
    /// With a secret mark; a number as text, since a password may consist of digits.
    fileprivate var asSecretText: Value {
        switch self {
        case .int, .uint, .double, .number: .secret(.string(JSON.text(self)))
        default: markedSecret
        }
    }
}
