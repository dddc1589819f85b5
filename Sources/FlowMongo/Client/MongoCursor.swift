import CMongo
import FlowCore

/// Documents that come one by one from a server. Used by the thread that made it.
final class MongoCursor {
    private let pointer: OpaquePointer
    private let form: BSONForm
    /// Whether the query changes documents one by one.
    private let writes: Bool

    init(_ pointer: OpaquePointer, _ form: BSONForm, writes: Bool = false) {
        self.pointer = pointer
        self.form = form
        self.writes = writes
    }

    /// The server forgets the query.
    deinit { flow_mongo_cursor_free(pointer) }

    /// - Returns: nil at the end; where changes are followed, also where none has come for a while.
    func next() throws -> ValueMap? {
        try nextBytes { try BSONReader.read($0, as: form) }
    }

    func nextBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result? {
        var document = flow_bson()
        if flow_mongo_cursor_next(pointer, &document) {
            return try body(UnsafeRawBufferPointer(start: document.bytes, count: document.size))
        }
        var error = flow_mongo_error.none
        var answer = flow_bson()
        guard flow_mongo_cursor_error(pointer, &error, &answer) else { return nil }
        var failed = MongoError(error, answer: try Self.map(answer))
        failed.endsManyWrites = writes
        throw failed
    }

    /// Where following the changes can go on later.
    var token: ValueMap? {
        let token = try? Self.map(flow_mongo_cursor_token(pointer))
        return token.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func map(_ document: flow_bson) throws(Failure) -> ValueMap {
        guard document.bytes != nil else { return ValueMap() }
        return try BSONReader.read(UnsafeRawBufferPointer(start: document.bytes, count: document.size))
    }
}
