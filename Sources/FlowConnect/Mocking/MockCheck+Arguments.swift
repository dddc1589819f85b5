import FlowCore
import FlowExpression
import FlowSpec

extension MockCheck {
    func objectionToArguments(_ sent: MockRequest) -> MockReply? {
        for parameter in request.placed where !parameter.spreads && parameter.converters.isEmpty {
            let values: [Value]
            switch place(parameter) {
            case .query: values = texts(of: parameter, in: sent.query)
            case .form where sent.body.isEmpty || sent.form != nil: values = texts(of: parameter, in: sent.form ?? [])
            case .json(let path):
                guard let members = members(of: sent) else { continue }
                values = [(path + [parameter.wireName]).reduce(Optional(members)) { $0?[$1] }].compactMap(\.self)
            default: continue
            }
            if values.isEmpty, parameter.parameter.isRequired { return missing(parameter.wireName) }
            guard parameter.join == nil else { continue }
            for value in values {
                if let objection = parameter.parameter.objection(to: value) {
                    return .refusal(400, "\"\(parameter.wireName)\" \(objection)")
                }
            }
        }
        return missingInTemplate(sent).map(missing)
    }

    /// What is sent as text under the name, as what the parameter takes; what is spread over fields of their own or has no
    /// one way to be written isn't looked at any closer.
    private func texts(of parameter: OperationParameter, in fields: [(name: String, value: String)]) -> [Value] {
        fields.filter { root($0.name) == parameter.wireName }.map { field in
            switch parameter.parameter.type {
            case .int: Int64(field.value).map(Value.int) ?? .string(field.value)
            case .number: Double(field.value).map(Value.double) ?? .string(field.value)
            case .bool: ["true", "false"].contains(field.value) ? .bool(field.value == "true") : .string(field.value)
            case .string, .timestamp, .duration: .string(field.value)
            case .any, .list, .map, .file, .expressions: .null
            }
        }
    }

    // MARK: Templates

    /// What the connector always sends, by whatever arguments, and isn't there.
    private func missingInTemplate(_ sent: MockRequest) -> String? {
        switch request.body {
        case .json(let template): members(of: sent).flatMap { firstMissing(template, in: $0) }
        case .graphQL(_, let variables?): members(of: sent).flatMap { firstMissing(variables, in: $0) }
        case .form(let fields) where sent.body.isEmpty || sent.form != nil:
            fields.first { field in
                isAlwaysSent(field.value) && sent.form?.contains { root($0.name) == field.name } != true
            }?.name
        default: nil
        }
    }

    private func firstMissing(_ template: ValueTemplate, in value: Value) -> String? {
        guard case .map(let members) = template.content, value.mapValue != nil else { return nil }
        for (name, member) in members where name != ValueTemplate.spread {
            guard let found = value[name] else {
                if isAlwaysSent(member) { return name }
                continue
            }
            if let inner = firstMissing(member, in: found) { return name + "." + inner }
        }
        return nil
    }

    /// Whether it is there whatever the arguments are: written out, or a parameter that has a value in any case.
    private func isAlwaysSent(_ template: ValueTemplate) -> Bool {
        switch template.content {
        case .literal: return true
        case .list(let items): return items.contains(where: isAlwaysSent)
        case .map(let members): return members.contains { isAlwaysSent($0.value) }
        case .template:
            guard let expression = template.onlyExpression, let reference = expression.references.first,
                expression.source.filter({ $0 != " " }) == "params." + reference.members.joined(separator: "."),
                let parameter = route.operation.parameters.first(where: { [$0.name] == reference.members })
            else { return false }
            return parameter.parameter.isRequired || parameter.parameter.defaultValue != nil
        }
    }

    // MARK: Rules

    /// What has to be there together, or one for the other; what a template places can't be told from outside.
    func objectionByRules(_ sent: MockRequest) -> MockReply? {
        for rule in route.operation.rules {
            let (names, isKept): ([String], (Int, Int) -> Bool) =
                switch rule {
                case .any(let names): (names, { count, _ in count > 0 })
                case .one(let names): (names, { count, _ in count == 1 })
                case .together(let names): (names, { count, all in count == 0 || count == all })
                case .single(let names): (names, { count, _ in count <= 1 })
                }
            let parameters = request.placed.filter { names.contains($0.name) && isSeen($0) }
            guard parameters.count == names.count, !isKept(parameters.count { isThere($0, in: sent) }, names.count)
            else {
                continue
            }
            let shown = parameters.map(\.wireName).joined(separator: ", ")
            switch rule {
            case .any: return .refusal(400, "at least one of \(shown) is missing")
            case .one: return .refusal(400, "exactly one of \(shown) has to be there")
            case .together: return .refusal(400, "\(shown) belong together")
            case .single: return .refusal(400, "only one of \(shown) may be there")
            }
        }
        return nil
    }

    /// Whether it can be found in a request; parts of a body aren't looked at.
    private func isSeen(_ parameter: OperationParameter) -> Bool {
        if case .multipart = place(parameter) { false } else { !parameter.spreads }
    }

    private func isThere(_ parameter: OperationParameter, in sent: MockRequest) -> Bool {
        switch place(parameter) {
        case .path, .multipart: true
        case .query: sent.query.contains { root($0.name) == parameter.wireName }
        case .form: sent.form?.contains { root($0.name) == parameter.wireName } == true
        case .header: sent.headers[parameter.wireName] != nil
        case .json(let path): (path + [parameter.wireName]).reduce(members(of: sent)) { $0?[$1] } != nil
        }
    }

    private func missing(_ name: String) -> MockReply { .refusal(400, "\"\(name)\" is missing") }
}
