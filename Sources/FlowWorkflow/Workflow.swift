package import FlowCore
package import FlowExpression
package import FlowSpec

/// A workflow file that has been read and checked.
package struct Workflow: Sendable {
    package var source: SourceText
    package var name: String
    package var description: String?
    package var labels: [String: String] = [:]
    package var triggers: [Trigger] = []
    package var inputs: [WorkflowInput] = []
    package var vars: [(name: String, value: ValueTemplate)] = []
    package var env: [EnvironmentEntry] = []
    package var defaults = StepDefaults()
    /// Bounds the run.
    package var timeout: Duration?
    package var concurrency: Concurrency?
    /// What orders the steps of every list of the file.
    package var order = Order.file
    package var steps: [Step] = []
    package var onFailure: [Step] = []
    package var onSuccess: [Step] = []
    package var finally: [Step] = []
    package var outputs: [(name: String, value: ValueTemplate)] = []
    /// The type of the map that ``outputs`` make.
    package var outputType = StaticType.dynamic
    /// Every credential that the file names by a literal, or means by leaving it out, for the caller to look up.
    package var credentialNames: [CredentialUse] = []

    package init(source: SourceText, name: String) {
        self.source = source
        self.name = name
    }
}

/// A place where a credential is needed.
package struct CredentialUse: Sendable, Hashable {
    package var name: String
    /// Taken in this order where there is none of that name.
    package var others: [String]
    /// What uses it; nil where that isn't a node.
    package var node: String?
    /// What brings it, where that is a login only.
    package var loginCommand: String?
    package var span: SourceSpan
    /// Whether it is what listens that needs it, and a run does not.
    package var isOfTrigger = false

    package init(
        name: String, others: [String] = [], node: String? = nil, loginCommand: String? = nil, span: SourceSpan
    ) {
        self.name = name
        self.others = others
        self.node = node
        self.loginCommand = loginCommand
        self.span = span
    }

    package var names: [String] { [name] + others }
}

/// An entry of `on:`, validated and kept for what listens; `run` ignores it.
package struct Trigger: Sendable {
    package enum Kind: String, Sendable, CaseIterable { case manual, call, schedule, webhook, poll }

    package var kind: Kind
    package var settings: Value
    package var span: SourceSpan

    package init(kind: Kind, settings: Value, span: SourceSpan) {
        self.kind = kind
        self.settings = settings
        self.span = span
    }
}

package struct WorkflowInput: Sendable {
    /// The declaration as a parameter: type, default, required, choices, bounds.
    package var parameter: Parameter
    /// A regular expression the whole text must match, as written; checked with CEL's `matches`.
    package var pattern: String?
    package var span: SourceSpan

    package init(parameter: Parameter, pattern: String? = nil, span: SourceSpan) {
        self.parameter = parameter
        self.pattern = pattern
        self.span = span
    }
}

/// One variable of `env:`.
package struct EnvironmentEntry: Sendable {
    package enum Origin: Sendable {
        case value(ValueTemplate)
        /// `{from: VAR}`: the process variable VAR, with a value for when it isn't set, and whether it is a secret.
        case process(variable: String, fallback: ValueTemplate?, isSecret: Bool = false)
    }

    package var name: String
    package var origin: Origin
    package var span: SourceSpan

    /// Whether the value is marked as a secret, wherever it comes from.
    package var isSecret: Bool {
        if case .process(_, _, let isSecret) = origin { isSecret } else { false }
    }

    package init(name: String, origin: Origin, span: SourceSpan) {
        self.name = name
        self.origin = origin
        self.span = span
    }
}

package struct StepDefaults: Sendable {
    package var timeout: Duration?
    package var retry: RetryPolicy?
    package var shell: String?
    package var workingDirectory: Template?

    package init() {}
}

/// One entry of a list of steps.
package struct Step: Sendable {
    // Indirect, so that a list of very many steps stays small.
    package indirect enum Kind: Sendable {
        /// `uses` (or `run`, which is `shell.run`) with its arguments.
        case node(name: String, nameSpan: SourceSpan, arguments: [(name: String, value: ValueTemplate)])
        /// `steps:` — in file order.
        case block([Step])
        /// `parallel:` — started together.
        case parallel([Step])
        case `switch`(Switch)
        case call(Call)
        case assert(that: Expression, message: Template?)
        case wait(Wait)
    }

    package enum Wait: Sendable {
        /// A duration, or a template that gives one.
        case duration(ValueTemplate)
        /// A timestamp, or a template that gives one.
        case until(ValueTemplate)
    }

    package struct Loop: Sendable {
        package enum OnError: String, Sendable, CaseIterable { case stop, `continue` }
        /// What the step's output holds.
        package enum Collect: String, Sendable, CaseIterable { case outputs, nothing = "none" }

        package enum Items: Sendable {
            /// `for_each:`
            case list(ValueTemplate)
            case matrix(Matrix)

            package var expressions: [Expression] { template.expressions }
            package var span: SourceSpan { template.span }

            package var template: ValueTemplate {
                switch self {
                case .list(let template): template
                case .matrix(let matrix): matrix.template
                }
            }
        }

        package var items: Items
        /// The name of the item in expressions; `item` where `as:` is not given, `matrix` of a matrix.
        package var variable: String
        package var maxParallel: Int
        package var onItemError: OnError
        package var collect: Collect
        /// Gives an item its name among the others; nil where it is called by its index.
        package var key: Template?

        package init(
            items: Items, variable: String, maxParallel: Int, onItemError: OnError, collect: Collect = .outputs,
            key: Template? = nil
        ) {
            self.items = items
            self.variable = variable
            self.maxParallel = maxParallel
            self.onItemError = onItemError
            self.collect = collect
            self.key = key
        }

        package var expressions: [Expression] { items.expressions + (key?.expressions ?? []) }
    }

    /// Unique in its list; made from the node and an ordinal where the file gives none.
    package var id: String
    package var hasExplicitID: Bool
    package var name: Template?
    package var kind: Kind
    /// The whole entry in the file.
    package var span: SourceSpan
    @Boxed package var condition: Expression? = nil
    /// nil where the file says nothing: then all steps above it.
    package var needs: [(id: String, span: SourceSpan)]?
    @Boxed package var loop: Loop? = nil
    @Boxed package var repetition: Repetition? = nil
    @Boxed package var credential: (name: Template, span: SourceSpan)? = nil
    package var environment: [EnvironmentEntry] = []
    package var workingDirectory: Template?
    @Boxed package var retry: RetryPolicy? = nil
    package var timeout: Duration?
    package var effect: Effect?
    @Boxed package var idempotencyKey: (text: Template, span: SourceSpan)? = nil
    /// `cache:`
    package var usesCache = true
    package var continueOnError = false
    /// Runs when the step failed for good.
    package var onError: [Step]?
    package var outputs: [(name: String, value: ValueTemplate)]?

    package init(id: String, hasExplicitID: Bool, kind: Kind, span: SourceSpan) {
        self.id = id
        self.hasExplicitID = hasExplicitID
        self.kind = kind
        self.span = span
    }
}
