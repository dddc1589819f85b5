package import FlowCore

extension NodeContext {
    /// `***` for every secret that the run knows, or this attempt was given. What is cut has to be masked before that:
    /// afterwards nobody knows a part of a secret for one.
    package func masked(_ text: String) -> String { mask(Masker(of: self).mask(text)) }
}

extension Masker {
    /// Knows the secrets of one attempt, for what a node itself puts into a message.
    package convenience init(of context: NodeContext) {
        self.init()
        for (_, value) in context.environment { add(secretsIn: value) }
        for credential in context.lent + [context.credential].compactMap(\.self) {
            add(secretsIn: .map(credential.fields))
        }
    }
}
