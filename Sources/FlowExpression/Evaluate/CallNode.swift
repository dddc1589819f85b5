import FlowCore

/// A call of a known function.
final class CallNode: Node {
    let range: Range<Int>
    let function: Function
    let body: Function.Body
    let arguments: [any Node]

    init(_ function: Function, body: @escaping Function.Body, _ arguments: [any Node], range: Range<Int>) {
        self.function = function
        self.body = body
        self.arguments = arguments
        self.range = range
    }

    func evaluate(_ frame: inout Frame) throws(Fault) -> Value {
        var values: [Value] = []
        values.reserveCapacity(arguments.count)
        var isSecret = false
        for argument in arguments {
            let value = try argument.value(&frame)
            if case .secret = value { isSecret = true }
            values.append(value)
        }
        if function.secrecy == .deep {
            if isSecret || values.contains(where: \.containsSecret) {
                isSecret = true
                values = values.map(\.deeplyRevealed)
            }
        } else if isSecret {
            values = values.map(\.revealed)
        }
        do throws(Fault) {
            guard let result = try body(Arguments(values: values), &frame) else { throw mismatch(values) }
            return isSecret ? result.markedSecret : result
        } catch {
            guard isSecret, error.kind != .budget else { throw error.located(at: range) }
            // The message may quote an argument.
            throw Fault(
                error.kind, "\(function.name)() can't work with a secret value it was given",
                hint: "check the value where it is kept", range: range)
        }
    }

    private func mismatch(_ values: [Value]) -> Fault {
        let types = values.map(\.type.plainName).joined(separator: ", ")
        return .invalid(
            "\(function.name) can't take (\(types))",
            hint: "it takes " + function.signatures.prefix(6).joined(separator: " or "))
    }
}
