import FlowCore
import FlowNodeKit
import FlowSpec

/// What the nodes take in common.
enum MongoParameters {
    static let credentialTypes = ["mongodb"]

    /// Of the pauses of servers only the first ones, as each try waits for a server that is away.
    static let retry = {
        var policy = RetryPolicy.server
        policy.max = 2
        return policy
    }()

    static let database = Parameter(
        "database", .string, help: "The database; that of the credential by default.", example: "shop")

    static let collection = Parameter(
        "collection", .string, required: true, help: "The collection.", example: "orders")

    static let target = [collection, database]

    static func filter(required: Bool) -> Parameter {
        Parameter(
            "filter", .map, required: required,
            help: required ? "Which documents; {} is all of them." : "Which documents; all of them by default.",
            example: ["status": "open"], computed: MongoWords.rule)
    }

    static let collation = Parameter(
        "collation", .map, help: "How text is compared and sorted.", example: ["locale": "de"])

    static let hint = Parameter("hint", .any, help: "The index to use: its name, or its fields.", example: "status_1")

    static let maxTime = Parameter(
        "max_time", .duration, help: "The server ends the query after this time.", example: "30s", shortest: .aboveZero)

    static let form = Parameter(
        "form", .string, default: "extended",
        help:
            "How ids, dates, decimal numbers and binary data come out: extended as Extended JSON, which can be written "
            + "back unchanged, but for 64-bit integers that 32 bits suffice for; plain as text.",
        choices: ["extended", "plain"])

    static let output = [
        Parameter("to", .string, help: "Write the documents to this JSON Lines file.", example: "orders.jsonl"),
        Parameter(
            "max_rows", .int,
            help: "More documents than this fail the step; 10000 by default, unless they go to a file or to a loop.",
            minimum: 1),
    ]

    static let update = Parameter(
        "update", .any, required: true, help: "What to change: a map of operators, or a pipeline as a list.",
        example: ["$set": ["status": "paid"]], computed: MongoWords.rule)

    static let upsert = Parameter(
        "upsert", .bool, default: false, help: "Whether to insert a document where none fits the filter.")

    static let arrayFilters = Parameter(
        "array_filters", .list(of: .map), help: "Which items of lists are meant by $[name].",
        example: [["item.price": ["$gt": 100]]], computed: MongoWords.rule)
}

extension Arguments {
    var form: BSONForm { string("form") == "plain" ? .plain : .extended }

    /// Options of a command under the names that MongoDB has for them, with `max_time`; those left out are not sent.
    ///
    /// - Parameter names: of arguments, with MongoDB's own.
    func options(_ names: KeyValuePairs<String, String>) -> ValueMap {
        var options = ValueMap()
        for (argument, name) in names {
            guard let value = self[argument]?.revealed, !value.isNull else { continue }
            options[name] = value
        }
        if let time = duration("max_time") { options["maxTimeMS"] = .int(max(time.inMilliseconds, 1)) }
        return options
    }
}
