import FlowCore
import FlowWorkflow
import Testing

@Suite struct WorkflowSchemaTests {
    private let schema = WorkflowSchema.value(nodes: SampleNodes())

    @Test func hasEveryKeyword() {
        let top = schema["properties"]?.mapValue?.names ?? []
        #expect(top == Keywords.workflow.known)
        #expect(schema["additionalProperties"] == false)
        #expect(schema["required"] == ["steps"])
        let step = schema["definitions"]?["step"]?["properties"]?.mapValue?.names ?? []
        #expect(step == Keywords.step.known)
    }

    @Test func completesTheParametersOfNodes() throws {
        let rules = try #require(schema["definitions"]?["step"]?["allOf"]?.listValue)
        let rule = try #require(rules.first { $0["if"]?["properties"]?["uses"]?["const"] == "slack.send_message" })
        let with = try #require(rule["then"]?["properties"]?["with"])
        #expect(with["required"] == ["channel"])
        #expect(with["properties"]?["channel"]?["description"] == "The channel's id.")
        #expect(
            with["properties"]?["priority"]?["anyOf"]?.listValue?.first
                == ["type": "integer", "minimum": 1, "maximum": 5])
        let code = try #require(rules.first { $0["if"]?["properties"]?["uses"]?["const"] == "shell.run" })
        #expect(code["then"]?["properties"]?["with"]?["properties"]?["command"] == ["type": "string"])
    }
}
