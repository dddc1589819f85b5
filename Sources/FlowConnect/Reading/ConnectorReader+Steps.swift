import FlowCore
import FlowExpression
import FlowSpec
import FlowYAML

extension ConnectorReader {
    mutating func steps(_ map: MapDecoder, _ parameters: [OperationParameter]) -> StepSequence? {
        guard let entries = map.map("steps", &diagnostics) else { return nil }
        if entries.isEmpty, let node = map.node("steps") {
            diagnostics.error(
                "no-steps", "\"steps\" needs one", at: node.span, hint: "write a request under a name, or request:")
        }
        var sequence = StepSequence(steps: entries.compactMap { step($0) })
        if let node = map.node("abort") {
            sequence.abort = (node.list ?? [node]).compactMap { plainRequest($0, "\"abort\"") }
        }
        if let node = map.node("restart") { sequence.restart = restart(node, sequence.steps) }
        if let node = map.node("whole") { sequence.whole = whole(node, parameters) }
        return sequence
    }

    private mutating func step(_ entry: SourceNode.Entry) -> StepSequence.Step? {
        guard let name = identifier(entry.key, at: entry.keySpan, "a step"),
            let map = MapDecoder(entry.value, "the step \"\(name)\"", &diagnostics)
        else { return nil }
        map.finish(
            Self.requestKeys + ["effect", "chunk", "probe", "fresh"], &diagnostics)
        guard var request = request(map) else { return nil }
        request.effect = map.choice("effect", &diagnostics)
        let chunking = map.node("chunk").flatMap { self.chunking($0) }
        if let chunking {
            // Sending a piece again puts it where it was.
            request.effect = request.effect ?? .idempotent
            switch chunking.more {
            case .statuses(let statuses)?: request.accepted.formUnion(statuses)
            case .condition(let condition)?: request.acceptedWhen.append(condition)
            case nil: break
            }
        }
        return StepSequence.Step(
            name: name, request: request, chunking: chunking, probe: map.node("probe").flatMap { probe(ofStep: $0) },
            isFresh: map.bool("fresh", &diagnostics) ?? false)
    }

    /// A request alone, with no parameters that go where the method says.
    private mutating func plainRequest(_ node: SourceNode, _ noun: String) -> RequestTemplate? {
        guard let map = MapDecoder(node, noun, &diagnostics) else { return nil }
        map.finish(Self.requestKeys, &diagnostics)
        return request(map)
    }

    private mutating func probe(ofStep node: SourceNode) -> StepSequence.Probe? {
        guard let map = MapDecoder(node, "\"probe\"", &diagnostics) else { return nil }
        map.finish(Self.requestKeys + ["done"], &diagnostics)
        guard var request = request(map),
            let done = map.required("done", &diagnostics).flatMap({ condition($0, for: "done") })
        else { return nil }
        request.effect = .read
        return StepSequence.Probe(request: request, done: done)
    }

    /// `{ at: current, on: conflict, max: 3 }`
    private mutating func restart(_ node: SourceNode, _ steps: [StepSequence.Step]) -> StepSequence.Restart? {
        guard let map = MapDecoder(node, "\"restart\"", &diagnostics) else { return nil }
        map.finish(["at", "on", "max"], &diagnostics)
        guard let name = map.requiredString("at", &diagnostics),
            let kind = map.required("on", &diagnostics) != nil
                ? map.choice("on", as: FailureKind.self, &diagnostics) : nil
        else { return nil }
        guard let index = steps.firstIndex(where: { $0.name == name }) else {
            diagnostics.error(
                "unknown-name", "there is no step \"\(name)\"", at: map.node("at")?.span ?? map.start,
                hint: Suggestion.didYouMean(name, among: steps.map(\.name)))
            return nil
        }
        return StepSequence.Restart(
            index: index, kind: kind, limit: map.int("max", in: 1...100, &diagnostics) ?? 3)
    }

    /// `{ up_to: 10MiB, request: PUT files/{+path}, body: ${{ params.file }} }`
    private mutating func whole(_ node: SourceNode, _ parameters: [OperationParameter]) -> StepSequence.Whole? {
        guard let map = MapDecoder(node, "\"whole\"", &diagnostics) else { return nil }
        map.finish(Self.requestKeys + ["up_to", "output"], &diagnostics)
        let files = parameters.filter { $0.parameter.type == .file }
        guard files.count == 1 else {
            diagnostics.error(
                "unclear-file", "\"whole\" needs exactly one parameter of type file, not \(files.count)", at: map.start)
            return nil
        }
        guard let limit = map.required("up_to", &diagnostics).flatMap({ byteCount($0, for: "up_to") }),
            let request = request(map)
        else { return nil }
        return StepSequence.Whole(
            parameter: files[0].name, limit: limit, request: request,
            output: map.node("output").flatMap { valueTemplate($0) })
    }

    // MARK: Pieces

    private mutating func chunking(_ node: SourceNode) -> Chunking? {
        guard let map = MapDecoder(node, "\"chunk\"", &diagnostics) else { return nil }
        map.finish(["of", "by", "size", "multiple", "more", "offset_from", "collect", "ask"], &diagnostics)
        guard let file = map.required("of", &diagnostics).flatMap({ template($0, for: "of") }),
            let style = map.required("by", &diagnostics) != nil
                ? map.choice("by", as: Chunking.Style.self, &diagnostics) : nil,
            let sizeNode = map.required("size", &diagnostics), let size = pieceSize(sizeNode)
        else { return nil }
        var chunking = Chunking(style: style, file: file, size: size, span: node.span)
        chunking.multiple = map.node("multiple").flatMap { byteCount($0, for: "multiple") } ?? 1
        chunking.more = map.node("more").flatMap { more($0) }
        chunking.next = map.node("offset_from").flatMap { template($0, for: "offset_from") }
        chunking.collect = map.node("collect").flatMap { template($0, for: "collect") }
        chunking.ask = map.node("ask").flatMap { ask($0) }
        return chunking
    }

    private mutating func pieceSize(_ node: SourceNode) -> Chunking.Size? {
        if node.string?.contains("${{") == true { return condition(node, for: "size").map { .computed($0) } }
        return byteCount(node, for: "size").map { .bytes($0) }
    }

    /// `[308]`, or an expression.
    private mutating func more(_ node: SourceNode) -> Chunking.More? {
        guard let items = node.list else { return condition(node, for: "more").map { .condition($0) } }
        let statuses = items.compactMap { item in
            item.decodeInt(for: "more", in: 100...599, &diagnostics)
        }
        return .statuses(Set(statuses))
    }

    private mutating func ask(_ node: SourceNode) -> Chunking.Ask? {
        guard let map = MapDecoder(node, "\"ask\"", &diagnostics) else { return nil }
        map.finish(Self.requestKeys + ["offset"], &diagnostics)
        guard var request = request(map),
            let offset = map.required("offset", &diagnostics).flatMap({ template($0, for: "offset") })
        else { return nil }
        request.effect = .read
        return Chunking.Ask(request: request, offset: offset)
    }

    /// A count of bytes: `256KiB`, `10MiB`, `1000`.
    private mutating func byteCount(_ node: SourceNode, for key: String) -> Int64? {
        if let count = node.scalar?.intValue, (1...1 << 60).contains(count) { return count }
        let text = node.string ?? ""
        for (unit, shift) in [("KiB", Int64(10)), ("MiB", 20), ("GiB", 30)] where text.hasSuffix(unit) {
            let digits = text.dropLast(3)
            if let count = Int64(digits.last == " " ? digits.dropLast() : digits), (1...1 << 30).contains(count) {
                return count << shift
            }
        }
        node.expected("a count of bytes", for: key, hint: "write it as 256KiB, 10MiB or 1GiB", &diagnostics)
        return nil
    }
}
