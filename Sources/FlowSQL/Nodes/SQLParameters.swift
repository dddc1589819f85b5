import FlowCore
import FlowNodeKit
import FlowSpec

/// What the nodes of one kind of server take.
enum SQLParameters {
    static func sql(_ help: String, required: Bool = true) -> Parameter {
        Parameter("sql", .string, required: required, help: help, codeRemedy: "bind it in params:")
    }

    static func values(for driver: (some SQLDriver).Type) -> Parameter {
        Parameter(
            "params", .any, help: "Values for the statement: a list for \(driver.listPlaceholders), a map for :name.",
            example: ["since": "2026-01-01"])
    }

    static let maximumRows = Parameter(
        "max_rows", .int,
        help: "More rows than this fail the step; 10000 by default, unless they go to a file or to a loop.", minimum: 1)

    static func statementTimeout(for driver: (some SQLDriver).Type) -> Parameter {
        Parameter(
            "statement_timeout", .duration,
            help:
                "How long the server may work on each statement; what takes longer is ended and undone.\(driver.limitNote)",
            example: "30s", shortest: .aboveZero)
    }

    static let table = Parameter(
        "table", .string, required: true,
        help: "The table as the database writes it, perhaps with its schema: sales.orders. A name with a dot stands in "
            + "quotes.",
        example: "orders")
}

extension SQLDriver {
    fileprivate static var listPlaceholders: String {
        switch dialect.placeholder {
        case .numbered: "$1, $2"
        case .questionMark: "?"
        }
    }
}

extension NodeSpec {
    /// A node of a kind of server.
    convenience init(
        _ operation: String, of driver: (some SQLDriver).Type, summary: String, details: String = "", effect: Effect,
        parameters: [Parameter], rules: [Rule] = [], output: String, example: Example
    ) {
        self.init(
            "\(driver.name).\(operation)", summary: summary, details: details, effect: effect, parameters: parameters,
            rules: rules, output: output, credentialTypes: [driver.name], needsCredential: true, usualRetry: .server,
            example: example)
    }
}
