package import FlowExpression

extension Workflow {
    /// `concurrency:` — how many runs of a group may be under way at once, and what one does that finds it full.
    package struct Concurrency: Sendable {
        package enum Policy: String, Sendable, CaseIterable { case queue, skip, cancel }

        package var group: Template
        package var policy: Policy
        package var limit: Int

        package init(group: Template, policy: Policy = .queue, limit: Int = 1) {
            self.group = group
            self.policy = policy
            self.limit = limit
        }
    }
}
