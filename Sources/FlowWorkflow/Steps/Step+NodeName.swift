extension Step {
    /// What does its work, for people: a node, a called file, or the keyword.
    package var nodeName: String {
        switch kind {
        case .node(let name, _, _): name
        case .call(let call): call.path
        case .block: "steps"
        case .parallel: "parallel"
        case .switch: "switch"
        case .assert: "assert"
        case .wait: "wait"
        }
    }
}
