import FlowCore

/// Uses an operation once for each part of a list that is longer than the service takes.
struct BatchRun {
    let run: OperationRun
    let batch: Batch
    let items: [Value]

    /// What one part gave, and how many items it had.
    private typealias Part = (output: Value, count: Int)

    /// - Returns: the outputs put together: lists end to end, anything else as a list; or the last. Of a list that is
    ///   short enough the output alone.
    /// - Throws: a failure of kind `conflict` where parts were done of other items, besides those of the operation.
    func output() async throws -> Value {
        // Parts may have been smaller when the run began.
        if items.count <= batch.size, try await run.recalled(name(1)) == nil {
            return try await run.part(1, of: batch, items, offset: 0).outputOfOne()
        }
        var outputs: [Value] = []
        var offset = 0
        while offset < items.count {
            try Task.checkCancellation()
            let part = try await part(outputs.count + 1, from: offset, after: outputs.last)
            outputs.append(part.output)
            offset += part.count
        }
        if batch.gives == .last { return outputs.last ?? .null }
        let lists = outputs.compactMap(\.listValue)
        return .list(lists.count == outputs.count ? lists.flatMap(\.self) : outputs)
    }

    private func name(_ number: Int) -> String { "batch.\(number)" }

    private func part(_ number: Int, from offset: Int, after previous: Value?) async throws -> Part {
        if let kept = try await kept(number, from: offset) { return kept }
        let slice = slice(batch.size, from: offset)
        let output = try await run.part(number, of: batch, slice, offset: offset, after: previous).outputOfOne()
        // In a map, as a part that is done may have given nothing.
        try await run.keep(
            name(number),
            [
                "output": output, "count": .int(Int64(slice.count)), "items": try ArgumentMark.of(.list(slice)),
                "given": try otherArguments(),
            ])
        return (output, slice.count)
    }

    /// What the journal has of a part; nil where it isn't done. Its items are those it was done with, however many a
    /// part has by now.
    private func kept(_ number: Int, from offset: Int) async throws -> Part? {
        guard let kept = try await run.recalled(name(number)) else { return nil }
        let count = kept["count"]?.intValue.map { Int(clamping: $0) } ?? batch.size
        let slice = slice(count, from: offset)
        if let mark = kept["items"], try mark != ArgumentMark.of(.list(slice)) {
            let last = offset + count - 1
            let items =
                count == 1
                ? "item \(offset) of \(batch.parameter) is" : "items \(offset) to \(last) of \(batch.parameter) are"
            throw run.changedArguments(items)
        }
        if let mark = kept["given"], try mark != otherArguments() { throw run.changedArguments() }
        return (kept["output"] ?? .null, max(1, slice.count))
    }

    /// At most `count` items.
    private func slice(_ count: Int, from offset: Int) -> [Value] { Array(items[offset...].prefix(count)) }

    /// The mark of all arguments but the list.
    private func otherArguments() throws(Failure) -> Value {
        var given = run.given
        given[batch.parameter] = nil
        return try ArgumentMark.of(.map(given))
    }
}
