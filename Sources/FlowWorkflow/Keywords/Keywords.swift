import FlowCore
import FlowSpec

/// Every keyword of the workflow language.
package enum Keywords {
    package static let workflow = KeywordTable(
        "the workflow",
        [
            Keyword("name", .string, "The workflow's name; the file's name where it is left out."),
            Keyword("description", .string, "What the workflow is for."),
            Keyword("labels", .map(of: .string), "Names and values that its runs are found by."),
            Keyword("on", .either([.string, .list(of: .string), .table(triggers)]), "What starts the workflow."),
            Keyword("inputs", .map(of: .table(input)), "Typed parameters of a run."),
            Keyword("vars", .map(of: .value), "Values computed once before the first step."),
            Keyword("env", .map(of: environmentEntry), "Variables for every step."),
            Keyword("defaults", .table(defaults), "What steps take where they say nothing."),
            Keyword("timeout", .duration, "Bounds the run."),
            Keyword(
                "order", .choice(Workflow.Order.allCases.map(\.rawValue)),
                "graph: steps wait only for what they need or read, not for those above them."),
            Keyword("steps", .steps, "The work, in order.", required: true),
            Keyword("outputs", .map(of: .value), "What the run gives when it succeeded."),
            Keyword("on_failure", .steps, "Steps that follow a failed run.", spellings: ["on-failure"]),
            Keyword("on_success", .steps, "Steps that follow a successful run.", spellings: ["on-success"]),
            Keyword("finally", .steps, "Steps that always come last."),
            Keyword(
                "concurrency", .either([.string, .table(concurrency)]),
                "How many runs of a group may be under way at once."),
        ],
        remedies: [
            "jobs":
                "there are none: list the steps under steps:, with parallel: or order: graph for what may go together",
            "timeout-minutes": "write timeout: with a duration such as 30m",
            "on_fail": "did you mean \"on_failure\"?", "on_error": "did you mean \"on_failure\"?",
        ])

    package static let step = KeywordTable(
        "a step",
        [
            Keyword("id", .string, "Names the step in expressions and needs."),
            Keyword("name", .string, "What people read; may hold templates."),
            Keyword(
                "uses", .string,
                "The node that does the work, such as slack.send_message, or the file of a workflow, such as ./other.yaml."
            ),
            Keyword("with", .map(of: .value), "The node's arguments, or the workflow's inputs."),
            Keyword("credential", .string, "The vault entry to use; by default the one named like the connector."),
            Keyword("run", .string, "A shell script; short for uses: shell.run."),
            Keyword("shell", .string, "The program that runs the script: sh, bash or another."),
            Keyword("parse", .choice(["json", "lines"]), "How the script's output is read."),
            Keyword(
                "working_directory", .string, "Where the work is done.",
                spellings: ["working-directory", "workingDirectory"]),
            Keyword("env", .map(of: environmentEntry), "Variables for this step."),
            Keyword("steps", .steps, "A block: steps that share if, for_each and timeout."),
            Keyword("needs", .either([.string, .list(of: .string)]), "Steps that must have ended before."),
            Keyword("parallel", .steps, "Steps that start together."),
            Keyword("if", .condition, "Runs the step only where this is true."),
            Keyword("for_each", .value, "Runs the step once for each item.", spellings: ["for-each"]),
            Keyword("as", .string, "The item's name in expressions; item by default."),
            Keyword("key", .string, "Gives each item a name of its own, for people and for --retry-uncertain."),
            Keyword(
                "max_parallel", .int(minimum: 1), "How many items run at once; 1 by default.",
                spellings: ["max-parallel"]),
            Keyword(
                "on_item_error", .choice(Step.Loop.OnError.allCases.map(\.rawValue)), "What follows a failed item.",
                spellings: ["on-item-error"]),
            Keyword(
                "collect", .choice(Step.Loop.Collect.allCases.map(\.rawValue)),
                "What the output of a for_each holds; the outputs of its items by default."),
            Keyword("retry", retryShape, "How often a failed attempt is repeated."),
            Keyword("timeout", .duration, "Bounds one attempt."),
            Keyword("timeout-minutes", .int(minimum: 1), "GitHub's spelling of timeout."),
            Keyword(
                "cache", .bool, "Whether answers that have not changed are taken from the last time; true by default."),
            Keyword("effect", .choice(Effect.allCases.map(\.rawValue)), "What repeating the work would do."),
            Keyword(
                "continue_on_error", .bool, "Lets later steps run though this one failed.",
                spellings: ["continue-on-error"]),
            Keyword("outputs", .map(of: .value), "What the step gives, instead of the node's output."),
            Keyword("assert", .table(assertion), "Fails where a condition is false."),
            Keyword("wait", .table(wait), "Pauses for a time, or until one."),
            Keyword("switch", .table(choice), "Runs one of several lists of steps, chosen by a value."),
            Keyword(
                "matrix", .either([.string, .map(of: .value)]),
                "Runs the step once for each combination of the axes' values, with include and exclude."),
            Keyword(
                "on_error", .steps, "Steps that run when this one failed for good; when they succeed, the run goes on.",
                spellings: ["on-error"]),
            Keyword("while", .condition, "Runs the step again as long as this is true; asked before each iteration."),
            Keyword("until", .condition, "Runs the step again until this is true; asked after each iteration."),
            Keyword(
                "max_iterations", .int(minimum: 1), "How many iterations a while or until may take.",
                spellings: ["max-iterations"]),
            Keyword("interval", .duration, "The pause between two iterations of a while or until."),
            Keyword(
                "idempotency_key", .string,
                "What a write is known by to a service that does one key's work once, over retries, resumed and other runs."
            ),
        ])

    /// A step is exactly one of these.
    static let work = ["uses", "run", "steps", "parallel", "switch", "assert", "wait"]

    /// Keywords that go with some kinds of work only.
    static let companions: [String: [String]] = [
        "with": ["uses"], "credential": ["uses"], "shell": ["run"], "parse": ["run"], "retry": ["uses", "run"],
        "cache": ["uses"], "idempotency_key": ["uses"],
        "timeout": ["uses", "run", "steps", "parallel", "switch", "wait"],
        "effect": ["uses", "run"], "working_directory": ["uses", "run"], "env": ["uses", "run"],
    ]

    /// Keywords that go with a node and not with a workflow, which has its own for all of its steps.
    static let ofNodesOnly = ["credential", "retry", "cache", "idempotency_key", "effect", "working_directory", "env"]

    /// Keywords that go with `for_each`, and but for `as` with `matrix`.
    static let loop = ["as", "key", "max_parallel", "on_item_error", "collect"]

    /// Keywords that go with `while` and `until` only.
    static let repetition = ["max_iterations", "interval"]

    static let retryShape = Keyword.Shape.either([.int(minimum: 0), .table(retry)])

    package static let retry = KeywordTable(
        "\"retry\"",
        [
            Keyword("max", .int(minimum: 0), "Attempts after the first.", required: true),
            Keyword(
                "backoff", .choice(RetryPolicy.Backoff.allCases.map(\.rawValue)), "How pauses grow."),
            Keyword("initial", .duration, "The first pause."),
            Keyword("max_interval", .duration, "The longest pause.", spellings: ["max-interval"]),
            Keyword("jitter", .bool, "Draws each pause at random up to its length; true by default."),
            Keyword(
                "on", .list(of: .choice(FailureKind.allCases.map(\.rawValue))), "Error kinds that are retried."),
        ])

    package static let defaults = KeywordTable(
        "\"defaults\"",
        [
            Keyword("timeout", .duration, "Bounds one attempt of each step."),
            Keyword("retry", retryShape, "How often a failed attempt is repeated."),
            Keyword("shell", .string, "The program that runs scripts."),
            Keyword("working_directory", .string, "Where the work is done.", spellings: ["working-directory"]),
        ])

    package static let input = KeywordTable(
        "an input",
        [
            Keyword("type", .choice(inputTypes), "string where it is left out."),
            Keyword("required", .bool, "Whether a run must be given it."),
            Keyword("default", .value, "The value where none is given."),
            Keyword("enum", .list(of: .value), "The values allowed."),
            Keyword("pattern", .string, "A regular expression the whole text must match."),
            Keyword("min", .number, "The smallest number allowed."),
            Keyword("max", .number, "The largest number allowed."),
            Keyword("description", .string, "What it is for."),
        ])

    package static let concurrency = KeywordTable(
        "\"concurrency\"",
        [
            Keyword("group", .string, "The group's name; may hold templates.", required: true),
            Keyword(
                "policy", .choice(Workflow.Concurrency.Policy.allCases.map(\.rawValue)),
                "What a run does that finds no place: queue (the default), skip, or cancel those before it."),
            Keyword("max", .int(minimum: 1), "Runs that may be under way at once; 1 by default."),
        ])

    static let inputTypes = ["string", "int", "number", "bool", "list", "map", "file"]

    /// What other languages call them.
    static let inputTypeSynonyms = [
        "text": "string", "str": "string", "integer": "int", "long": "int", "float": "number", "double": "number",
        "decimal": "number", "boolean": "bool", "array": "list", "sequence": "list", "object": "map", "dict": "map",
        "json": "map", "path": "file",
    ]

    static let processVariable = KeywordTable(
        "an environment entry",
        [
            Keyword("from", .string, "The process variable to take.", required: true),
            Keyword("default", .value, "The value where it is not set."),
            Keyword("secret", .bool, "Whether the value is masked wherever it would be shown; false by default."),
        ])

    static let environmentEntry = Keyword.Shape.either([.string, .number, .bool, .null, .table(processVariable)])

    static let choice = KeywordTable(
        "\"switch\"",
        [
            Keyword("value", .condition, "What decides; held as text against the cases.", required: true),
            Keyword("cases", .map(of: .steps), "Values with the steps that run for them.", required: true),
            Keyword("default", .steps, "Runs where no case fits; without it that is an error."),
        ])

    static let assertion = KeywordTable(
        "\"assert\"",
        [
            Keyword("that", .condition, "What must be true.", required: true),
            Keyword("message", .string, "What to say where it is not."),
        ])

    static let wait = KeywordTable(
        "\"wait\"",
        [
            Keyword("for", .string, "A duration."), Keyword("until", .string, "A timestamp (RFC 3339)."),
        ])
}
