extension Step {
    /// A list of steps inside a step.
    package struct Branch: Sendable {
        /// When it runs, for people: `case eu`, `on error`; nil where it always does.
        package var label: String?
        package var steps: [Step]
        package var isParallel: Bool
        /// Stands between the step's path and the ids of the steps inside.
        package var prefix: String

        init(_ steps: [Step], label: String? = nil, isParallel: Bool = false, prefix: String = "") {
            self.label = label
            self.steps = steps
            self.isParallel = isParallel
            self.prefix = prefix
        }
    }

    /// Keys of the lists of steps that follow a run: the paths of these steps begin with them.
    package static let runHandlers: Set<String> = ["on_failure", "on_success", "finally"]

    /// What a handler's steps stand below, after the step's own path.
    package static let handlerPrefix = "on_error/"

    /// Every list of steps inside the step: those of its work, then what handles its failure.
    package var branches: [Branch] {
        work + (onError.map { [Branch($0, label: "on error", prefix: Step.handlerPrefix)] } ?? [])
    }

    private var work: [Branch] {
        switch kind {
        case .block(let steps): [Branch(steps)]
        case .parallel(let steps): [Branch(steps, isParallel: true)]
        case .switch(let choice): choice.branches
        case .node, .call, .assert, .wait: []
        }
    }

    /// The steps whose results its `outputs:` see: those of a block, of `parallel`, or of all cases of a `switch`.
    package var children: [Step] { work.flatMap(\.steps) }
}
