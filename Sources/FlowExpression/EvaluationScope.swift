package import FlowCore

/// What an evaluation sees: variables by name, and the functions whose answer isn't in their arguments.
package struct EvaluationScope: Sendable {
    /// Gives the value of a root name, nil where there is none; asked at most once per name and evaluation.
    package var lookup: @Sendable (_ name: String) -> Value?
    /// What `success()`, `failure()`, `cancelled()` answer.
    package var status: RunCondition
    package var now: @Sendable () -> Timestamp
    package var uuid: @Sendable () -> String
    /// What `hashFiles()` reads; nil where expressions have no files.
    package var files: ScopeFiles?
    /// Steps and bytes one evaluation may use.
    package var budget: EvaluationBudget

    package init(
        status: RunCondition = .success,
        now: @escaping @Sendable () -> Timestamp = { Timestamp(seconds: 0) },
        uuid: @escaping @Sendable () -> String = { "00000000-0000-4000-8000-000000000000" },
        files: ScopeFiles? = nil, budget: EvaluationBudget = EvaluationBudget(),
        lookup: @escaping @Sendable (_ name: String) -> Value?
    ) {
        self.lookup = lookup
        self.status = status
        self.now = now
        self.uuid = uuid
        self.files = files
        self.budget = budget
    }

    package init(_ variables: ValueMap, status: RunCondition = .success) {
        self.init(status: status) { variables[$0] }
    }
}

/// The files below the folder a run works in, to be read.
package struct ScopeFiles: Sendable {
    /// Absolute paths of the files that match a pattern such as `src/**`.
    package var paths: @Sendable (_ pattern: String) throws(Failure) -> [String]
    package var read: @Sendable (_ path: String) throws(Failure) -> [UInt8]

    package init(
        paths: @escaping @Sendable (_ pattern: String) throws(Failure) -> [String],
        read: @escaping @Sendable (_ path: String) throws(Failure) -> [UInt8]
    ) {
        self.paths = paths
        self.read = read
    }
}

/// How the run stands when a condition is asked.
package enum RunCondition: Sendable, Hashable { case success, failure, cancelled }

/// How much one evaluation may cost before it is stopped.
package struct EvaluationBudget: Sendable, Hashable {
    /// Terms evaluated, and items compared or gone through.
    package var steps = 10_000_000
    /// Memory of all intermediate results together, also of those that are gone; and so of any one text, list or map.
    package var bytes = 64 << 20

    package init() {}
}
