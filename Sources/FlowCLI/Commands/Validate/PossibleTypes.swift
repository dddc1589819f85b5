import FlowCore
import FlowExpression
import FlowRun
import FlowSpec
import FlowWorkflow

/// What types a credential of a variable may have that says none: in a run, the first use in a file gives it its own for
/// all that follow, and which one that is hangs on what runs.
struct PossibleTypes {
    private struct Name: Hashable {
        let file: String
        let credential: String
    }

    private var ofNames: [Name: [CredentialType?]] = [:]
    /// Those of steps whose credential an expression names, by the file.
    private var ofAnyName: [String: [CredentialType?]] = [:]

    /// - Parameters:
    ///   - reads: what expressions read, which give a credential no type.
    ///   - type: the one that a node gives, by the node's name.
    init(in workflow: Workflow, _ reads: [SecretRead], type: (String) -> CredentialType?) {
        for use in workflow.credentialNames where !use.isOfTrigger {
            guard let given = use.node.flatMap(type) else { continue }
            for name in use.names {
                PossibleTypes.add(given, to: &ofNames[Name(file: use.span.source.name, credential: name), default: []])
            }
        }
        for file in [workflow] + workflow.called {
            for node in file.nodesWithOpenCredential {
                PossibleTypes.add(type(node), to: &ofAnyName[file.source.name, default: []])
            }
        }
        for read in reads {
            let name = Name(file: read.span.source.name, credential: read.name)
            PossibleTypes.add(nil, to: &ofNames[name, default: []])
        }
    }

    /// In the order in which the file has them; nil is that of a use that gives none.
    func types(of credential: String, in file: String) -> [CredentialType?] {
        ofNames[Name(file: file, credential: credential), default: []] + ofAnyName[file, default: []]
    }

    private static func add(_ type: CredentialType?, to types: inout [CredentialType?]) {
        if !types.contains(where: { $0?.name == type?.name }) { types.append(type) }
    }
}

extension Workflow {
    /// The nodes of this file's steps whose credential's name an expression gives.
    fileprivate var nodesWithOpenCredential: [String] {
        var names: [String] = []
        var open = Array((steps + onFailure + onSuccess + self.finally).reversed())
        while let step = open.popLast() {
            if case .node(let name, _, _) = step.kind, step.credential?.name.isLiteral == false { names.append(name) }
            open += step.branches.flatMap(\.steps).reversed()
        }
        return names
    }
}
