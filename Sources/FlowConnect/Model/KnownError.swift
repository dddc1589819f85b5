package import FlowCore
import FlowExpression

/// A way in which an app says no, and what to do about it.
package struct KnownError: Sendable, Hashable {
    /// The app's own word, or a status.
    package var code: String
    /// nil where it follows from the status.
    package var kind: FailureKind?
    /// With an ellipsis for what a response fills in.
    package var hint: String?
}

extension ConnectorNode {
    /// The errors that are named for the operation, its own before those of all operations.
    package var knownErrors: [KnownError] {
        var own: [ErrorRules] = []
        var isShared = false
        for request in operation.requests {
            switch request.judgement {
            case .rules(let rules): own.insert(rules, at: 0)
            case .connector: isShared = true
            case .status: break
            }
        }
        return (own + (isShared ? [connector.errors] : [])).flatMap(\.knownErrors).reduce(into: []) { known, error in
            if !known.contains(where: { $0.code == error.code }) { known.append(error) }
        }
    }
}

extension ErrorRules {
    /// The codes that are named, each with its kind and hint, those with a hint first.
    fileprivate var knownErrors: [KnownError] {
        var kindOfCode: [String: FailureKind] = [:]
        var codes = hints.map(\.key)
        for (kind, signs) in kinds {
            for case .code(let code) in signs where kindOfCode[code] == nil {
                kindOfCode[code] = kind
                if !codes.contains(code) { codes.append(code) }
            }
        }
        return codes.map { code in
            let hint = hints.first { $0.key == code }?.hint.readableText
            // What a response says alone is no help beforehand.
            return KnownError(code: code, kind: kindOfCode[code], hint: hint == "…" ? Optional.none : hint)
        }
    }
}

extension Template {
    fileprivate var readableText: String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .expression: "…"
            }
        }.joined()
    }
}
