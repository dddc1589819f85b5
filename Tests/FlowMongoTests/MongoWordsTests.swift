import FlowCore
import FlowExpression
import FlowSpec
import FlowYAML
import Testing

@testable import FlowMongo

/// What expressions may bring into a query, as the engine asks.
@Suite struct MongoWordsTests {
    private func evaluated(_ parameter: String, _ yaml: String, _ inputs: Value) throws -> Failure? {
        var diagnostics = Diagnostics()
        let text = SourceText(name: "query.yaml", text: yaml)
        let tree = try #require(YAML.read(text, diagnostics: &diagnostics))
        let template = try #require(ValueTemplate.compile(tree, diagnostics: &diagnostics))
        do {
            _ = try template.evaluate(
                EvaluationScope(ValueMap([("inputs", inputs)])), below: [parameter], inspect: MongoWords.rule.objection)
            return nil
        } catch {
            return Failure(error)
        }
    }

    @Test func operatorsOfTheFileAreFine() throws {
        #expect(try evaluated("filter", "age: { $gte: \"${{ inputs.age }}\" }", ["age": 18]) == nil)
        #expect(try evaluated("filter", "_id: ${{ inputs.id }}", ["id": ["$oid": "507f1f77bcf86cd799439011"]]) == nil)
        #expect(try evaluated("filter", "tag: { $in: \"${{ inputs.tags }}\" }", ["tags": ["a", "$b"]]) == nil)
        #expect(try evaluated("filter", "price: ${{ inputs.price }}", ["price": "$5"]) == nil)
    }

    @Test(
        arguments: [
            ["password": ["$ne": nil]], ["password": [["$where": "1"]]], ["password": ["a": ["$gt": ""]]],
            ["password": ["$regularExpression": ["pattern": "^a", "options": ""]]],
        ] as [Value])
    func operatorsOfExpressionsAreRefused(_ inputs: Value) throws {
        let failure = try evaluated("filter", "user: ada\npassword: ${{ inputs.password }}", inputs)
        #expect(failure?.kind == .invalid)
        #expect(failure?.message.hasSuffix("comes from an expression") == true)
        #expect(failure?.message.hasPrefix("the operator \"$") == true)
        #expect(failure?.hint == "write operators in the file, and only their values as ${{ }}")
        #expect(failure?.position != nil)
    }

    @Test(
        arguments: [
            ("filter", "c: ${{ inputs.who.?name }}", "filter.c"),
            ("filter", "$or: [{ c: { d: \"${{ inputs.who.?name }}\" } }]", "filter.$or[].c.d"),
            ("pipeline", "- $match: { c: \"${{ inputs.who.?name }}\" }", "pipeline[].$match.c"),
            ("array_filters", "- i.p: ${{ inputs.who.?name }}", "array_filters[].i.p"),
            (
                "operations", "- delete_many: { filter: { c: \"${{ inputs.who.?name }}\" } }",
                "operations[].delete_many.filter.c"
            ),
            (
                "command", "{ delete: c, deletes: [{ q: { a: \"${{ inputs.who.?name }}\" }, limit: 0 }] }",
                "command.deletes[].q.a"
            ),
            ("command", "{ findAndModify: c, query: \"${{ inputs.who.?name }}\" }", "command.query"),
            ("update", "$pull: { items: { a: \"${{ inputs.who.?name }}\" } }", "update.$pull.items.a"),
        ])
    func aFilterIsNotMadeWiderByWhatHasNoValue(_ parameter: String, _ yaml: String, _ place: String) throws {
        let failure = try evaluated(parameter, yaml, ["who": [:]])
        #expect(failure?.kind == .invalid)
        #expect(failure?.message == "\"\(place)\" has no value")
        #expect(failure?.hint == "use default(…), as without it more documents would fit")
        #expect(failure?.nothingSent == true)
        #expect(try evaluated(parameter, yaml, ["who": ["name": "ada"]]) == nil)
    }

    @Test func whatIsNoFilterMayLackValues() throws {
        for (parameter, yaml) in [
            ("update", "$set: { query: \"${{ inputs.who.?name }}\", filter: { q: \"${{ inputs.who.?name }}\" } }"),
            ("command", "{ insert: c, documents: [{ q: \"${{ inputs.who.?name }}\" }] }"),
            ("operations", "- insert_one: { document: { filter: \"${{ inputs.who.?name }}\" } }"),
        ] {
            #expect(try evaluated(parameter, yaml, ["who": [:]]) == nil, "\(yaml)")
        }
    }

    @Test func textThatWouldBeAFieldIsRefused() throws {
        for (parameter, yaml) in [
            ("pipeline", "- $set: { note: \"${{ inputs.text }}\" }"),
            ("update", "- $set: { note: \"${{ inputs.text }}\" }"),
            ("projection", "note: ${{ inputs.text }}"),
            ("filter", "$expr: { $eq: [$a, \"${{ inputs.text }}\"] }"),
            ("operations", "- update_one: { update: [{ $set: { a: \"${{ inputs.text }}\" } }] }"),
        ] {
            let failure = try evaluated(parameter, yaml, ["text": "$password"])
            #expect(failure?.message == "text that starts with \"$\" comes from an expression", "\(parameter)")
            #expect(failure?.hint == "put it below $literal:, as it would be taken for a field")
            #expect(try evaluated(parameter, yaml, ["text": "password"]) == nil)
        }
        for (parameter, yaml) in [
            ("pipeline", "- $set: { note: { $literal: \"${{ inputs.text }}\" } }"),
            ("pipeline", "- $match: { price: \"${{ inputs.text }}\" }"),
            ("update", "$set: { note: \"${{ inputs.text }}\" }"),
        ] {
            #expect(try evaluated(parameter, yaml, ["text": "$5"]) == nil, "\(yaml)")
        }
    }
}
