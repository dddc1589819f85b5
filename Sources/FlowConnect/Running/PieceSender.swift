import FlowCore
import FlowExpression
import FlowSpec

/// Sends a file in pieces, each as a request of its own, and keeps in the journal how far it is.
struct PieceSender {
    let run: OperationRun
    let request: RequestTemplate
    let chunking: Chunking
    /// Under what the journal has how far it is.
    let checkpoint: String
    /// What tells the keys of its pieces from those of other requests.
    let keySuffix: String
    /// Whether the last piece makes something that is there twice if it is made twice. A session that is gone may then be
    /// one that has done its work.
    let endsWrite: Bool

    /// How far the file is sent.
    fileprivate struct Position {
        var offset: Int64 = 0
        /// Pieces that have been taken.
        var count = 0
        var parts: [Value] = []
        /// Of the whole file.
        var total: Int64
        /// When the file had last been changed as its first piece was sent; nil in a journal of a flowctl that didn't
        /// keep it.
        var modified: Timestamp?
    }

    /// How often in a row a piece may break off before that is told.
    private static let maximumBreaks = 4
    /// A server that wants to be left alone for longer has had enough of this file.
    private static let patience = Duration.seconds(15 * 60)

    /// - Returns: the last answer as `{status, headers, body}`, with what was kept of each piece as `parts`.
    func result(_ scope: Rendering) async throws -> Value {
        let file = try file(scope)
        var position = try await begin(file, scope)
        var breaks = 0
        while true {
            try Task.checkCancellation()
            try requireSame(file, as: position)
            let piece = try piece(of: file, at: position, scope)
            do {
                let before = position
                let result = try await send(piece, of: file, at: &position, scope)
                if let result { return result }
                breaks = position.offset > before.offset ? 0 : breaks + 1
                guard breaks <= PieceSender.maximumBreaks else {
                    throw Failure(
                        .protocolError,
                        "\(run.node): the server asks for the same piece of \(file.name) again and again")
                }
                try await run.keepResult(checkpoint, position.asValue, of: request)
            } catch {
                let failure = Failure(error)
                breaks += 1
                guard chunking.ask != nil, failure.isBreak, breaks <= PieceSender.maximumBreaks else { throw failure }
                try await pause(after: failure, breaks)
                do {
                    position.offset = try await ask(file, scope)
                } catch {
                    // Of what was refused it is known that it was not done.
                    if endsWrite, piece.upperBound >= file.size, failure.kind == .uncertain { throw failure }
                    throw error
                }
                try await keep(position)
            }
        }
    }

    private func file(_ scope: Rendering) throws(Failure) -> FileReference {
        if case .file(let file) = try scope.value(chunking.file).revealed { return file }
        throw Failure(.invalid, "\(run.node): what is sent in pieces must be a file")
    }

    /// Where a run that was cut off goes on.
    private func begin(_ file: FileReference, _ scope: Rendering) async throws -> Position {
        guard let saved = try await run.recalled(checkpoint, of: request) else {
            return Position(total: file.size, modified: try modified(file))
        }
        var position = Position(saved)
        guard position.total == file.size else { throw hasChanged(file) }
        if position.modified == nil { position.modified = try modified(file) }
        try requireSame(file, as: position)
        // The last piece may have arrived without being noted.
        if chunking.ask != nil { position.offset = try await ask(file, scope) }
        return position
    }

    private func keep(_ position: Position) async throws {
        try await run.keep(checkpoint, position.asValue, of: request)
    }

    /// Pieces of two files would make one that nobody has.
    ///
    /// - Throws: a failure of kind `conflict` where the file was changed after its first piece.
    private func requireSame(_ file: FileReference, as position: Position) throws {
        guard try modified(file) == position.modified else { throw hasChanged(file) }
    }

    /// Of the file itself, also where the path leads to it by a link.
    private func modified(_ file: FileReference) throws -> Timestamp {
        try run.context.world.files.read(file.path, from: 0, count: 0).modified
    }

    private func hasChanged(_ file: FileReference) -> Failure {
        Failure(
            .conflict, "\(run.node): \(file.name) has changed since the first pieces of it were sent",
            hint: "start the upload again with a new run")
    }

    private func pause(after failure: Failure, _ breaks: Int) async throws {
        let clock = run.context.world.clock
        let pause = failure.retryAfter ?? .seconds(1 << min(breaks - 1, 5))
        if pause > PieceSender.patience { throw failure }
        if let deadline = run.context.deadline, clock.monotonic() + pause > deadline { throw failure }
        try await run.context.wait(pause)
    }

    private func ask(_ file: FileReference, _ scope: Rendering) async throws -> Int64 {
        guard let ask = chunking.ask else { return 0 }
        let scope = scope.with("chunk", ["total": .int(file.size)])
        let (_, decoded) = try await run.exchange(ask.request, scope)
        return try offset(ask.offset, scope.with(decoded), file)
    }

    private func offset(_ template: Template, _ scope: Rendering, _ file: FileReference) throws(Failure) -> Int64 {
        let value = try scope.value(template)
        let number = value.intValue ?? value.stringValue.flatMap { Int64($0) }
        guard let number, (0...file.size).contains(number) else {
            throw Failure(
                .protocolError,
                "\(run.node): the server says to go on at \(value.shortText) of \(file.size) bytes of \(file.name)")
        }
        return number
    }

    // MARK: One piece

    private func piece(
        of file: FileReference, at position: Position, _ scope: Rendering
    ) throws(Failure) -> Range<Int64> {
        var size: Int64
        switch chunking.size {
        case .bytes(let count): size = count
        case .computed(let expression):
            let scope = scope.with("chunk", ["total": .int(file.size)])
            guard let count = try scope.value(expression).intValue, count > 0 else {
                throw Failure(.invalid, "\(run.node): the size of a piece is no count of bytes")
            }
            size = count
        }
        size = max(chunking.multiple, size / chunking.multiple * chunking.multiple)
        return position.offset..<(position.offset + min(size, max(0, file.size - position.offset)))
    }

    /// - Returns: the result where no more pieces are wanted; nil else, with the position moved on.
    private func send(
        _ range: Range<Int64>, of file: FileReference, at position: inout Position, _ scope: Rendering
    ) async throws -> Value? {
        let isLast = range.upperBound >= file.size
        let scope = scope.with("chunk", .map(variables(range, of: file, position, isLast: isLast)))
        let style = chunking.style
        // Sent again as it is, a piece might not begin where the server stands by now: that is asked first.
        let isSentOnce = chunking.ask != nil
        let suffix = "\(keySuffix)-\(range.lowerBound)-\(range.upperBound)"
        var request = request
        if endsWrite, isLast { request.effect = .write }
        let asksAfterRefusal = style == .range && chunking.ask != nil && !request.accepted.contains(416)
        if asksAfterRefusal { request.accepted.insert(416) }
        let (_, decoded) = try await run.exchange(request, scope, keySuffix: suffix, isSentOnce: isSentOnce) { draft in
            guard style == .range else { return }
            let span = range.isEmpty ? "*" : "\(range.lowerBound)-\(range.upperBound - 1)"
            draft.headers["Content-Range"] = "bytes \(span)/\(file.size)"
        }
        if asksAfterRefusal, decoded.status == 416 { throw notWanted(range, of: file, isLast: isLast) }
        let answered = scope.with(decoded)
        if let collect = chunking.collect {
            position.parts.append(part(range, position, try answered.value(collect)))
        }
        position.count += 1
        position.offset =
            try chunking.next.map { template throws(Failure) in
                try offset(template, answered, file)
            } ?? range.upperBound
        if try wantsMore(answered, isLast: isLast) { return nil }
        guard position.offset >= file.size || chunking.next == nil && isLast else {
            throw Failure(
                .protocolError,
                "\(run.node): the server took \(position.offset) of \(file.size) bytes of \(file.name) for all of it")
        }
        guard case .map(var result) = decoded.asValue else { return .null }
        result["parts"] = .list(position.parts)
        result["count"] = .int(Int64(position.count))
        return .map(result)
    }

    /// What a piece that begins elsewhere than the server stands is refused with. It may have this one already, as where
    /// its connection ended before the answer and it was sent on another one.
    private func notWanted(_ range: Range<Int64>, of file: FileReference, isLast: Bool) -> Failure {
        Failure(
            endsWrite && isLast ? .uncertain : .transient,
            "\(run.node): the server does not want the bytes from \(range.lowerBound) on of \(file.name)", code: "416")
    }

    private func wantsMore(_ scope: Rendering, isLast: Bool) throws(Failure) -> Bool {
        switch chunking.more {
        case nil: return !isLast
        case .statuses(let statuses)?:
            return scope.variables["status"]?.intValue.map { statuses.contains(Int($0)) } ?? false
        case .condition(let condition)?: return try run.holds(condition, "more", scope)
        }
    }

    private func variables(
        _ range: Range<Int64>, of file: FileReference, _ position: Position, isLast: Bool
    ) -> ValueMap {
        ValueMap([
            ("piece", .file(file.stretch(range))), ("offset", .int(range.lowerBound)),
            ("number", .int(Int64(position.count + 1))), ("size", .int(Int64(range.count))), ("last", .bool(isLast)),
            ("total", .int(file.size)), ("parts", .list(position.parts)),
        ])
    }

    private func part(_ range: Range<Int64>, _ position: Position, _ value: Value) -> Value {
        [
            "number": .int(Int64(position.count + 1)), "offset": .int(range.lowerBound),
            "size": .int(Int64(range.count)), "value": value,
        ]
    }
}

extension PieceSender.Position {
    fileprivate init(_ saved: Value) {
        offset = saved["offset"]?.intValue ?? 0
        count = Int(clamping: saved["count"]?.intValue ?? 0)
        parts = saved["parts"]?.listValue ?? []
        total = saved["total"]?.intValue ?? 0
        modified = saved["modified"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
    }

    fileprivate var asValue: Value {
        var map = ValueMap([
            ("offset", .int(offset)), ("count", .int(Int64(count))), ("parts", .list(parts)), ("total", .int(total)),
        ])
        map["modified"] = modified.map { .string($0.rfc3339) }
        return .map(map)
    }
}

extension Failure {
    /// Whether the connection broke or the service had no time, so that the server may have part of a piece.
    fileprivate var isBreak: Bool {
        if refusesRetry { return false }
        return switch kind {
        case .network, .timeout, .transient, .uncertain, .rateLimited: true
        default: false
        }
    }
}
