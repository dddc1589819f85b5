import FlowCore
import FlowNodeKit
import FlowSpec

/// A statement as its server takes it, with the values of its placeholders in order.
struct SQLStatement: Sendable, Hashable {
    var text: String
    var values: [Value]
    var command: SQLCommand

    /// - Parameter command: what it is, where it is not one of ours.
    init(_ text: String, _ values: [Value] = [], _ command: SQLCommand = .ofRows) {
        self.text = text
        self.values = values
        self.command = command
    }
}

extension SQLStatement {
    /// The statement of the arguments `sql` and `params`.
    init(_ arguments: Arguments, _ dialect: SQLDialect, in context: NodeContext) throws {
        try self.init(arguments.string("sql") ?? "", arguments["params"], name: "params", dialect, in: context)
    }

    /// - Parameter name: of the argument that the values come from, for messages.
    init(_ sql: String, _ params: Value?, name: String, _ dialect: SQLDialect, in context: NodeContext) throws {
        let given = try SQLValues(params, name: name)
        let text = SQLText(sql, dialect, named: given.isNamed)
        self.init(
            text.native, try text.values(given).map { try $0.bound(in: context) }, SQLCommand(sql, dialect))
    }
}
