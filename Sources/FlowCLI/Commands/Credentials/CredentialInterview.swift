import FlowCore
import FlowSpec

/// Asks for the fields of a credential on the terminal, one by one; a wrong one is asked for again, with the reason.
struct CredentialInterview {
    let session: Session
    /// Of an open type, with the fields that were named so far.
    private(set) var type: CredentialType
    private let present: ValueMap

    /// - Parameter present: what is stored already: kept where the answer is empty.
    init(session: Session, type: CredentialType, present: ValueMap = ValueMap()) {
        self.session = session
        self.type = type
        self.present = present
        guard type.isOpen else { return }
        let known = Set(type.fields.map(\.name))
        for (key, value) in present where !known.contains(key.text) {
            self.type.fields.append(
                CredentialType.Field(
                    key.text, secret: value.containsSecret, required: false, form: FieldForm(.password)))
        }
    }

    /// What the type is, and where to get one.
    func introduce() {
        var lines = [type.help, type.console.map { "Get one at \($0)" } ?? ""].filter { !$0.isEmpty }
        if type.fields.contains(where: \.form.kind.isFile) {
            lines.append("What comes as a file is given by its path.")
        }
        for line in lines { session.console.note("\(line, .dim)") }
    }

    /// - Returns: what was answered, as it was given; what is kept is left out.
    mutating func fields() throws -> ValueMap {
        var fields = ValueMap()
        for field in type.fields where !CredentialInterview.renewed.contains(field.name) || present.isEmpty {
            fields[field.name] = try answer(to: field).map(Value.string)
        }
        if type.isOpen { try askForMore(&fields) }
        return fields
    }

    /// The OAuth tokens of a credential change by themselves.
    private static let renewed: Set = ["access_token", "refresh_token", "expires_at", "scopes"]

    /// - Returns: nil where the answer was empty, and may be.
    func answer(to field: CredentialType.Field) throws -> String? {
        while true {
            let isFile = field.form.kind.isFile
            var text = field.form.trimmed(
                try session.prompt.ask(question(field), isSecret: field.isSecret && !isFile))
            if text.isEmpty {
                if present[field.name] != nil || field.defaultValue != nil || !field.isRequired { return nil }
                session.console.complain("  \("it is needed", .yellow)")
                continue
            }
            do {
                if isFile { text = try content(of: text, field) }
                try field.form.check(text)
                return text
            } catch let objection as FieldForm.Objection {
                session.console.complain("  \("that \(objection.reason): \(objection.remedy)", .yellow)")
            } catch let failure as Failure {
                session.console.complain("  \(failure.message, .yellow)")
            }
        }
    }

    private func question(_ field: CredentialType.Field) -> String {
        var question = field.help.isEmpty ? field.name : "\(field.name) (\(field.helpPhrase))"
        if field.form.kind.isFile { question += ", the path of the file" }
        if !field.form.choices.isEmpty { question += ", one of \(field.form.choices.joined(separator: ", "))" }
        if let value = present[field.name] {
            question += " [\(value.containsSecret ? Masker.replacement : FlowText.scalar(value))]"
        } else if let value = field.defaultValue {
            question += " [\(value)]"
        } else if !field.isRequired {
            question += " [none]"
        }
        return question
    }

    private func content(of path: String, _ field: CredentialType.Field) throws -> String {
        guard !path.hasPrefix("-----BEGIN"), !path.hasPrefix("{") else {
            throw Failure(.invalid, "that is the content itself: give the path of the file it stands in")
        }
        let home = session.environment["HOME"] ?? ""
        let whole = path.hasPrefix("~/") && !home.isEmpty ? home + path.dropFirst() : path
        guard let text = String(validating: try session.read(whole, as: "the file"), as: UTF8.self) else {
            throw Failure(.invalid, "the file \"\(path)\" is not UTF-8 text")
        }
        return field.form.trimmed(text)
    }

    /// Of an open type: `user`, or `token secret`, until nothing is answered.
    private mutating func askForMore(_ fields: inout ValueMap) throws {
        while true {
            let isFirst = type.fields.isEmpty
            let answer = try session.prompt.ask(
                "name of a field, with \"secret\" behind it where it is one\(isFirst ? "" : " [no more]")",
                isSecret: false)
            let words = answer.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let name = words.first else {
                guard isFirst else { return }
                session.console.complain("  \("a credential needs a field", .yellow)")
                continue
            }
            guard words.count == 1 || words.count == 2 && words[1] == "secret" else {
                session.console.complain("  \("that is no name: write it as user, or as token secret", .yellow)")
                continue
            }
            let field = CredentialType.Field(name, secret: words.count == 2, form: FieldForm(.password))
            fields[name] = try self.answer(to: field).map(Value.string)
            type.fields.append(field)
        }
    }
}
