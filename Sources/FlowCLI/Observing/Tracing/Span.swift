import FlowCore

/// A stretch of a trace, as OpenTelemetry has it.
struct Span: Sendable {
    enum Status: Sendable { case unset, ok, error(String) }

    struct Event: Sendable {
        var name: String
        var at: Timestamp
        var attributes: [(String, Value)]
    }

    /// More events than this are counted only; the default of OpenTelemetry's own libraries.
    static let eventLimit = 128

    let id: SpanID
    let parent: SpanID?
    let name: String
    let start: Timestamp
    var end: Timestamp?
    var attributes: [(String, Value)] = []
    var status = Status.unset
    private(set) var events: [Event] = []
    private(set) var droppedEvents = 0

    init(id: SpanID, parent: SpanID?, name: String, start: Timestamp) {
        self.id = id
        self.parent = parent
        self.name = name
        self.start = start
    }

    mutating func add(_ event: Event) {
        if events.count < Span.eventLimit { events.append(event) } else { droppedEvents += 1 }
    }
}

/// Eight bytes in hexadecimal.
struct SpanID: Sendable, Hashable {
    let text: String
}
