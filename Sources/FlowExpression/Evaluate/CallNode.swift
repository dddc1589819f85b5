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
            if try isSecretRead(value, &frame) { isSecret = true }
            values.append(value)
        }
        if isSecret { values = values.map { function.secrecy == .deep ? $0.deeplyRevealed : $0.revealed } }
        do throws(Fault) {
            try frame.spend(steps: function.steps)
            guard let result = try body(Arguments(values: values), &frame) else { throw mismatch(values) }
            if case .string(let text) = result { try frame.make(text: min(text.utf8.count, 64)) }
            return isSecret ? result.markedSecret : result
        } catch {
            guard isSecret, error.kind != .budget else { throw error.located(at: range) }
            // The message may quote an argument.
            throw Fault(
                error.kind, "\(function.name)() can't work with a secret value it was given",
                hint: "check the value where it is kept", range: range)
        }
    }

    /// Counts what reading an argument costs, and says whether the function sees a secret in it.
    private func isSecretRead(_ value: Value, _ frame: inout Frame) throws(Fault) -> Bool {
        do throws(Fault) {
            switch value {
            case .bool, .int, .uint, .double, .null: return false
            case .list where function.secrecy == .shallow, .map where function.secrecy == .shallow: return false
            case .secret where function.secrecy == .shallow: return true
            default: return try frame.read(value)
            }
        } catch { throw error.located(at: range) }
    }

    private func mismatch(_ values: [Value]) -> Fault {
        let types = values.map(\.type.plainName).joined(separator: ", ")
        return .invalid(
            "\(function.name) can't take (\(types))",
            hint: "it takes " + function.signatures.prefix(6).joined(separator: " or "))
    }
}
