package import FlowCore
package import FlowSpec

/// The JSON Schema (draft 7, which yaml-language-server reads best) of workflow files, for editors.
package enum WorkflowSchema {
    /// - Parameter nodes: the nodes whose parameters are completed under `with:`; broken ones are left out.
    package static func value(nodes: any NodeSource) -> Value {
        let specs = nodes.names.compactMap { name in (try? nodes.node(named: name))??.spec }
        var schema: ValueMap = ValueMap([
            ("$schema", "http://json-schema.org/draft-07/schema#"), ("title", "flowctl workflow"),
        ])
        for (key, value) in table(Keywords.workflow) { schema[key] = value }
        schema["definitions"] = [
            "step": step(specs),
            "template": ["type": "string", "pattern": "\\$\\{\\{"],
            "duration": ["type": "string", "pattern": "^([0-9.]+(d|h|m|s|ms|us|µs|ns))+$"],
        ]
        return .map(schema)
    }

    private static func step(_ specs: [NodeSpec]) -> Value {
        var schema = ValueMap()
        for (key, value) in table(Keywords.step) { schema[key] = value }
        if var properties = schema["properties"]?.mapValue, var uses = properties["uses"]?.mapValue {
            uses["examples"] = .list(specs.map { .string($0.name) })
            properties["uses"] = .map(uses)
            schema["properties"] = .map(properties)
        }
        schema["oneOf"] = .list(Keywords.work.map { ["required": [.string($0)]] })
        schema["allOf"] = .list(specs.map(arguments))
        return .map(schema)
    }

    /// Where `uses` names this node, `with` has its parameters.
    private static func arguments(of spec: NodeSpec) -> Value {
        var with = ValueMap([("type", "object"), ("description", .string(spec.summary))])
        with["properties"] = .map(ValueMap(spec.parameters.map { ($0.name, parameter($0)) }))
        with["additionalProperties"] = false
        let required = spec.parameters.filter { $0.isRequired && $0.defaultValue == nil }.map { Value.string($0.name) }
        if !required.isEmpty { with["required"] = .list(required) }
        return [
            "if": ["properties": ["uses": ["const": .string(spec.name)]], "required": ["uses"]],
            "then": ["properties": ["with": .map(with)]],
        ]
    }

    private static func parameter(_ parameter: Parameter) -> Value {
        var literal = type(parameter.type)
        if !parameter.choices.isEmpty {
            if case .list(let element) = parameter.type {
                var element = type(element)
                element["enum"] = .list(parameter.choices)
                literal["items"] = .map(element)
            } else {
                literal["enum"] = .list(parameter.choices)
            }
        }
        if let minimum = parameter.minimum { literal["minimum"] = .double(minimum) }
        if let maximum = parameter.maximum { literal["maximum"] = .double(maximum) }
        var schema = ValueMap()
        if parameter.codeRemedy != nil || literal.isEmpty {
            schema = literal
        } else {
            schema["anyOf"] = [.map(literal), ["$ref": "#/definitions/template"], ["type": "null"]]
        }
        if !parameter.help.isEmpty { schema["description"] = .string(parameter.help) }
        if let value = parameter.defaultValue { schema["default"] = value }
        return .map(schema)
    }

    private static func type(_ type: ParameterType) -> ValueMap {
        switch type {
        case .any: return ValueMap()
        case .string, .timestamp, .duration, .file: return ValueMap([("type", "string")])
        case .int: return ValueMap([("type", "integer")])
        case .number: return ValueMap([("type", "number")])
        case .bool: return ValueMap([("type", "boolean")])
        case .map, .expressions: return ValueMap([("type", "object")])
        case .list(let item):
            var schema = ValueMap([("type", "array")])
            let items = self.type(item)
            if !items.isEmpty { schema["items"] = ["anyOf": [.map(items), ["$ref": "#/definitions/template"]]] }
            return schema
        }
    }

    private static func table(_ table: KeywordTable) -> ValueMap {
        let properties = table.keywords.map { keyword in
            var schema = shape(keyword.shape)
            schema["description"] = .string(keyword.help)
            return (keyword.name, Value.map(schema))
        }
        var schema = ValueMap([
            ("type", "object"), ("properties", .map(ValueMap(properties))), ("additionalProperties", false),
        ])
        let required = table.keywords.filter(\.isRequired).map { Value.string($0.name) }
        if !required.isEmpty { schema["required"] = .list(required) }
        return schema
    }

    private static func shape(_ shape: Keyword.Shape) -> ValueMap {
        switch shape {
        case .value: return ValueMap()
        case .string: return ValueMap([("type", "string")])
        case .bool: return ValueMap([("type", "boolean")])
        case .null: return ValueMap([("type", "null")])
        case .number: return ValueMap([("type", "number")])
        case .duration: return ValueMap([("$ref", "#/definitions/duration")])
        case .condition: return ValueMap([("type", .list(["string", "boolean"]))])
        case .int(let minimum): return ValueMap([("type", "integer"), ("minimum", .int(Int64(minimum)))])
        case .choice(let names): return ValueMap([("enum", .list(names.map(Value.string)))])
        case .list(let item): return ValueMap([("type", "array"), ("items", .map(self.shape(item)))])
        case .map(let value):
            return ValueMap([("type", "object"), ("additionalProperties", .map(self.shape(value)))])
        case .table(let table): return self.table(table)
        case .steps: return ValueMap([("type", "array"), ("items", .map(ValueMap([("$ref", "#/definitions/step")])))])
        case .either(let shapes): return ValueMap([("anyOf", .list(shapes.map { .map(self.shape($0)) }))])
        }
    }
}
