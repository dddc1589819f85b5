import FlowCore

/// A function or macro of the language with all that is said about it; `flowctl expr --functions` prints these.
package struct Function: Sendable {
    package struct Example: Sendable {
        package let expression: String
        /// An expression that equals the result.
        package let result: String
    }

    /// As it is called; functions of a namespace carry it: `math.greatest`.
    package let name: String
    /// Such as `string.indexOf(string, int) -> int` for a call on a value, `size(list) -> int` for a free call.
    package let signatures: [String]
    /// One sentence.
    package let summary: String
    package let examples: [Example]
    let secrecy: Secrecy
    /// What a call takes beside reading its arguments and what its body counts itself.
    let steps: Int
    /// nil for macros, which the compiler knows.
    let body: Body?

    /// How secrets among the arguments are found.
    enum Secrecy: Sendable {
        /// Anything inside an argument may reach the result.
        case deep
        /// Items are handed on or counted, never read: their own marks stay with them.
        case shallow
    }

    /// The receiver is the first argument. nil says that the types don't fit.
    typealias Body = @Sendable (Arguments, inout Frame) throws(Fault) -> Value?

    init(
        _ name: String, _ signatures: [String], _ summary: String, _ examples: [(String, String)],
        secrecy: Secrecy = .deep, steps: Int = 2, body: Body?
    ) {
        self.name = name
        self.signatures = signatures
        self.summary = summary
        self.examples = examples.map { Example(expression: $0.0, result: $0.1) }
        self.secrecy = secrecy
        self.steps = steps
        self.body = body
    }

    static func macro(
        _ name: String, _ signatures: [String], _ summary: String, _ examples: [(String, String)]
    ) -> Function {
        Function(name, signatures, summary, examples, body: nil)
    }

    func isFree(_ signature: String) -> Bool { signature.hasPrefix(name + "(") }

    /// Whether it can be called freely.
    package var isFree: Bool { signatures.contains(where: isFree) }

    /// Whether it can be called on a value.
    package var isMethod: Bool { !signatures.allSatisfy(isFree) }

    /// Whether a signature takes that many arguments, called on a value or free.
    func accepts(count: Int, onValue: Bool) -> Bool {
        signatures.contains { signature in
            guard isFree(signature) != onValue else { return false }
            let parameters = Function.parameters(of: signature)
            guard parameters.last == "..." else { return parameters.count == count }
            return count >= parameters.count - 1
        }
    }

    /// The types between the parentheses; `...` at the end stands for any number more.
    static func parameters(of signature: String) -> [String] {
        guard let open = signature.firstIndex(of: "(") else { return [] }
        var parameters: [String] = []
        var current = ""
        var depth = 0
        scan: for character in signature[signature.index(after: open)...] {
            switch character {
            case "(", "<": depth += 1
            case ")" where depth == 0: break scan
            case ")", ">": depth -= 1
            case "," where depth == 0:
                parameters.append(current)
                current = ""
                continue scan
            case " " where depth == 0: continue scan
            default: break
            }
            current.append(character)
        }
        if !current.isEmpty { parameters.append(current) }
        return parameters
    }
}
