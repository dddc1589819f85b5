package import FlowCore

/// What a run was started with: enough to go on without the file, which may have changed since.
package struct RunSnapshot: Sendable {
    package var workflow: String
    /// What it is found by, beside its workflow.
    package var labels: [String: String]
    /// The name of the file as given.
    package var file: String
    package var source: [UInt8]
    /// The text of the workflows that it calls, and of those that these call, by name.
    package var calledFiles: [String: [UInt8]]
    package var trigger: String
    package var inputs: StoredValue
    package var vars: StoredValue
    package var event: StoredValue
    /// Connector names to a mark of their content.
    package var connectors: [String: String]
    package var workingDirectory: String
    package var baseURL: String?
    /// Of flowctl.
    package var version: String

    package init(
        workflow: String, labels: [String: String] = [:], file: String, source: [UInt8],
        calledFiles: [String: [UInt8]] = [:],
        trigger: String = "manual", inputs: StoredValue = .null,
        vars: StoredValue = .null, event: StoredValue = .null, connectors: [String: String] = [:],
        workingDirectory: String = "/", baseURL: String? = nil, version: String = ""
    ) {
        self.workflow = workflow
        self.labels = labels
        self.file = file
        self.source = source
        self.calledFiles = calledFiles
        self.trigger = trigger
        self.inputs = inputs
        self.vars = vars
        self.event = event
        self.connectors = connectors
        self.workingDirectory = workingDirectory
        self.baseURL = baseURL
        self.version = version
    }
}

/// A run taken up again.
package struct StoredRun: Sendable {
    package var id: RunID
    package var snapshot: RunSnapshot
    /// 1, and one more for each resume.
    package var attempt: Int
    /// The attempt to which the handlers' results belong; those of an earlier one are history.
    package var handlersAttempt: Int
    package var startedAt: Timestamp
}

package struct StoredStep: Sendable {
    package var path: String
    package var node: String?
    package var status: RunStatus
    package var startedAt: Timestamp?
    package var endedAt: Timestamp?
    package var attempts: Int
    package var output: StoredValue?
    package var failure: Failure?
    package var isHandled: Bool
    package var note: String?
    package var resolved: StoredValue?
}

package struct StoredItem: Sendable {
    package var index: Int
    package var key: String
    package var status: RunStatus
    package var attempts: Int
    package var output: StoredValue?
    package var failure: Failure?
    package var endedAt: Timestamp?
}

/// An attempt that sent an idempotency key.
package struct KeyedAttempt: Sendable {
    package var path: String
    /// The name of the node.
    package var node: String
    package var attempt: StoredAttempt
}

package struct StoredAttempt: Sendable {
    package var item: Int?
    package var number: Int
    package var intent: AttemptIntent
    /// nil while it runs, and where its process died.
    package var end: AttemptEnd?
    /// Whether no write of it was open when it was last heard of, although its effect is one.
    package var isQuiet = false
}
