import FlowExpression

/// Names of GitHub Actions that mean nothing here, and what is meant instead.
enum ForeignNames {
    private static let contexts = [
        "needs": "use steps.ID.output", "matrix": "use it in a step that has matrix:",
        "strategy": "use matrix", "error": "it is seen in the steps of on_error",
        "job": "use success(), failure() or cancelled()",
        "runner": "let the command find out, with uname or mktemp",
    ]

    private static let github = [
        "event": "use event", "event_name": "use run.trigger", "run_id": "use run.id",
        "run_attempt": "use run.attempt", "workflow": "use run.workflow",
        "token": "name a credential with credential:, or use secrets.NAME in env:",
        "workspace": "use relative paths, which start in the working directory",
    ]

    private static let stepMembers = [
        "outputs": "use output", "outcome": "use status", "conclusion": "use status", "result": "use status",
    ]

    /// What a whole path is here; nil where nothing like it is known.
    static func remedy(for reference: Expression.Reference) -> String? {
        guard reference.root == "github" else { return contexts[reference.root] }
        guard let name = reference.members.first else { return "use run and event" }
        if let remedy = github[name] { return remedy }
        let variable = "GITHUB_" + name.uppercased()
        return "take it from the environment: env: { \(variable): { from: \(variable) } }, then env.\(variable)"
    }

    static func remedy(forStepMember name: String) -> String? { stepMembers[name] }
}
