import ArgumentParser
import FlowConnect
import FlowCore
import FlowSpec

/// `flowctl connectors list`
struct ConnectorsListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List connectors and where each comes from.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    func run(in session: Session) async throws {
        let source = session.connectors()
        var rows: [Row] = []
        for name in source.connectorNames {
            do {
                if let connector = try source.connector(name) { rows.append(Row(connector)) }
            } catch {
                rows.append(Row(broken: name))
            }
        }
        session.console.show(json: .list(rows.map(\.asValue))) {
            var table = Table("CONNECTOR", "TITLE", "OPERATIONS", "FROM")
            for row in rows {
                table.add(
                    StyledText(row.name, .bold), StyledText(row.title),
                    StyledText(row.operations.map(String.init) ?? ""),
                    row.operations == nil
                        ? StyledText("broken: run \"flowctl connectors lint \(row.name)\"", .red)
                        : StyledText(row.origin))
            }
            table.show(on: session.console)
        }
    }

    private struct Row {
        var name: String
        var title = ""
        /// nil where the file can't be read.
        var operations: Int?
        var origin = "flowctl"

        init(broken name: String) { self.name = name }

        init(_ connector: Connector) {
            name = connector.name
            title = connector.title
            operations = connector.operations.count
            if case .connectorFile(let path) = connector.source { origin = path }
        }

        var asValue: Value {
            [
                "name": .string(name), "title": .string(title),
                "operations": operations.map { .int(Int64($0)) } ?? .null, "from": .string(origin),
                "readable": .bool(operations != nil),
            ]
        }
    }
}
