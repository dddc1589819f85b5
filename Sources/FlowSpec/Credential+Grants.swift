package import FlowCore

// What a credential may be used for is kept with it, outside of any project: a file that came with a project can name
// any host and call itself what it likes.
extension Credential {
    /// Holds the origin a secret would go to against those it was made for.
    ///
    /// - Throws: `permission`, with the command that would allow it.
    package func require(_ origin: Origin, among granted: Set<Origin>) throws(Failure) {
        guard !granted.contains(origin) else { return }
        throw Failure(
            .permission, "\(self) was not made for \(origin)",
            hint: "allow it, if it is meant to go there: \(remedy(for: origin))", code: "origin_not_granted",
            nothingSent: true)
    }

    /// What makes it go to a further origin.
    private func remedy(for origin: Origin) -> String {
        switch source {
        case .vault: "flowctl credentials allow \(name) --host \(origin)"
        case .environment(let variable):
            "list \(origin) under \"hosts\" in the JSON of \(variable)"
        case .mock: "leave out --mock"
        }
    }

    /// Holds the workflow that asks for it against those it is limited to.
    ///
    /// - Parameter file: the real path of its file; nil where it has none.
    /// - Throws: `permission`, with the command that would allow it.
    package func require(workflowAt file: @autoclosure () -> String?) throws(Failure) {
        guard let workflows else { return }
        guard let file = file() else {
            throw Failure(
                .permission, "\(self) is limited to the workflows of certain files, and this one stands in none",
                hint: "save it to a file, and allow that: flowctl credentials allow \(name) --workflow FILE",
                code: "workflow_not_granted", nothingSent: true)
        }
        guard !workflows.contains(where: { $0.allows(file) }) else { return }
        throw Failure(
            .permission, "\(self) is not for the workflow \"\(terminalSafe(file))\"",
            hint: "allow it, if you trust it: flowctl credentials allow \(name) --workflow \(file.asShellWord)",
            code: "workflow_not_granted", nothingSent: true)
    }
}

extension Credential {
    /// What gives it a field that it lacks, or that can't be used, as an imperative sentence.
    ///
    /// - Parameter field: nil where it may be any.
    package func remedy(forField field: String? = nil) -> String {
        switch source {
        case .vault: "enter it anew: flowctl credentials edit \(name)" + (field.map { " --set \($0)" } ?? "")
        case .environment(let variable): "correct it in \(variable)"
        case .mock: "leave out --mock"
        }
    }

    /// The fields that are no secret: all that expressions of a connector may see. Only a signer places secrets, which
    /// knows where they may go.
    package var openFields: ValueMap {
        ValueMap(fields.filter { !$0.value.containsSecret }.map { ($0.key.text, $0.value) })
    }
}

extension NodeContext {
    /// Whether the arguments may hold a secret that was made for certain hosts.
    package func holdsBoundSecret(_ arguments: ValueMap) -> Bool {
        lent.contains { $0.origins != nil } && arguments.contains { $0.value.containsSecret }
    }

    /// Holds where a request goes against the credentials that expressions took its secrets from (`secrets.NAME`): what
    /// was made for a service goes to that service only, however it is written into a request. One without hosts may go
    /// anywhere.
    ///
    /// - Parameter arguments: the node's.
    /// - Throws: `permission`, with the command that would allow it.
    package func requireLent(_ url: String, given arguments: ValueMap) throws(Failure) {
        guard holdsBoundSecret(arguments), let origin = Origin(url) else { return }
        for credential in lent {
            if let origins = credential.origins { try credential.require(origin, among: origins) }
        }
    }
}

extension String {
    /// Whether a workflow's path is this one or, where this is a folder, lies in it: byte by byte, as the system tells
    /// files apart.
    fileprivate func allows(_ file: String) -> Bool {
        hasSameScalars(as: file) || utf8.last == UInt8(ascii: "/") && file.utf8.starts(with: utf8)
    }
}
