import FlowCore

/// Spans as the JSON that OTLP/HTTP takes: an `ExportTraceServiceRequest` in protobuf's JSON mapping, where 64-bit
/// integers are strings and ids hexadecimal.
struct SpanDocument {
    var trace: String
    var resource: [(String, String)]
    /// flowctl's own.
    var version: String
    var spans: [Span]

    var asValue: Value {
        [
            "resourceSpans": [
                [
                    "resource": ["attributes": attributes(resource.map { ($0.0, Value.string($0.1)) })],
                    "scopeSpans": [
                        [
                            "scope": ["name": "flowctl", "version": .string(version)],
                            "spans": .list(spans.map(document)),
                        ]
                    ],
                ]
            ]
        ]
    }

    private func document(_ span: Span) -> Value {
        var map = ValueMap([("traceId", .string(trace)), ("spanId", .string(span.id.text))])
        if let parent = span.parent { map["parentSpanId"] = .string(parent.text) }
        map["name"] = .string(span.name)
        map["kind"] = .int(1)
        map["startTimeUnixNano"] = time(span.start)
        map["endTimeUnixNano"] = time(span.end ?? span.start)
        map["attributes"] = attributes(span.attributes)
        map["events"] = .list(
            span.events.map { event in
                [
                    "timeUnixNano": time(event.at), "name": .string(event.name),
                    "attributes": attributes(event.attributes),
                ]
            })
        if span.droppedEvents > 0 { map["droppedEventsCount"] = .int(Int64(span.droppedEvents)) }
        switch span.status {
        case .unset: map["status"] = .map(ValueMap())
        case .ok: map["status"] = ["code": 1]
        case .error(let message): map["status"] = ["code": 2, "message": .string(message)]
        }
        return .map(map)
    }

    private func time(_ time: Timestamp) -> Value {
        let digits = String(time.nanoseconds)
        return .string("\(time.seconds)" + String(repeating: "0", count: 9 - digits.count) + digits)
    }

    private func attributes(_ pairs: [(String, Value)]) -> Value {
        .list(
            pairs.map { name, value in
                let content: Value =
                    switch value {
                    case .int(let number): ["intValue": .string(String(number))]
                    case .bool(let flag): ["boolValue": .bool(flag)]
                    default: ["stringValue": .string(value.stringValue ?? "")]
                    }
                return ["key": .string(name), "value": content]
            })
    }
}
