import ArgumentParser
import FlowCore
import FlowWorkflow

/// `flowctl schema`
struct SchemaCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema of workflow files, for editors.",
        discussion: """
            flowctl schema >workflow.schema.json
            and as the first line of a workflow:
              # yaml-language-server: $schema=./workflow.schema.json
            """)

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) async throws {
        let schema = WorkflowSchema.value(nodes: session.nodes())
        session.console.show(document: JSON.text(schema, pretty: true))
    }
}
