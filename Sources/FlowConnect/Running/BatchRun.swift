import FlowCore

/// Uses an operation once for each part of a list that is longer than the service takes.
struct BatchRun {
    let run: OperationRun
    let batch: Batch
    let items: [Value]

    /// - Returns: the outputs put together: lists end to end, anything else as a list; or the last. Of a list that is
    ///   short enough the output alone.
    func output() async throws -> Value {
        guard items.count > batch.size else {
            return try await run.part(1, of: batch, items, offset: 0).outputOfOne()
        }
        var outputs: [Value] = []
        for (index, offset) in stride(from: 0, to: items.count, by: batch.size).enumerated() {
            try Task.checkCancellation()
            let slice = Array(items[offset..<min(items.count, offset + batch.size)])
            let part = run.part(index + 1, of: batch, slice, offset: offset, after: outputs.last)
            outputs.append(try await output(of: part, number: index + 1))
        }
        if batch.gives == .last { return outputs.last ?? .null }
        let lists = outputs.compactMap(\.listValue)
        return .list(lists.count == outputs.count ? lists.flatMap(\.self) : outputs)
    }

    /// Kept in a map, as a part that is done may have given nothing.
    private func output(of part: OperationRun, number: Int) async throws -> Value {
        let kept = try await run.kept("batch.\(number)") { ["output": try await part.outputOfOne()] }
        return kept["output"] ?? .null
    }
}
