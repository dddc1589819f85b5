import CMongo
import FlowCore
import Glibc

/// Writes that are sent together. Used by the thread that made it.
final class MongoBatch {
    private let pointer: OpaquePointer
    private var count = 0
    /// Those of the writes that may change more than one document, by their places from 0.
    private var many: Set<Int> = []

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { flow_mongo_batch_free(pointer) }

    func insert(_ document: [UInt8]) throws {
        try add(many: false) { error in document.withBSON { flow_mongo_batch_insert(pointer, $0, &error) } }
    }

    func update(_ filter: [UInt8], with update: [UInt8], many: Bool, _ options: [UInt8]) throws {
        try add(many: many) { error in
            filter.withBSON { filter in
                update.withBSON { update in
                    options.withBSON { flow_mongo_batch_update(pointer, many, filter, update, $0, &error) }
                }
            }
        }
    }

    func replace(_ filter: [UInt8], with document: [UInt8], _ options: [UInt8]) throws {
        try add(many: false) { error in
            filter.withBSON { filter in
                document.withBSON { document in
                    options.withBSON { flow_mongo_batch_replace(pointer, filter, document, $0, &error) }
                }
            }
        }
    }

    func delete(_ filter: [UInt8], many: Bool, _ options: [UInt8]) throws {
        try add(many: many) { error in
            filter.withBSON { filter in
                options.withBSON { flow_mongo_batch_delete(pointer, many, filter, $0, &error) }
            }
        }
    }

    private func add(many isMany: Bool, _ body: (inout flow_mongo_error) -> Bool) throws {
        var error = flow_mongo_error.none
        guard body(&error) else { throw MongoError(error) }
        if isMany { many.insert(count) }
        count += 1
    }

    /// Sends all. That some were refused is part of the result.
    func execute() throws -> BatchResult {
        var error = flow_mongo_error.none
        var reply = flow_mongo_reply()
        defer { free(reply.bytes) }
        let done = flow_mongo_batch_execute(pointer, &reply, &error)
        let answer = try reply.map(.extended)
        guard !done else { return BatchResult(answer, nil) }
        var stopped = MongoError(error, answer: answer)
        let refused = answer["writeErrors"]?.listValue?.compactMap { $0.refusedWrite(of: count) } ?? []
        // Of what a server doesn't name any may be meant.
        stopped.endsManyWrites = refused.isEmpty ? !many.isEmpty : !many.isDisjoint(with: refused)
        return BatchResult(answer, stopped)
    }
}

/// What a batch of writes has done, and what stopped it.
struct BatchResult {
    private let answer: ValueMap
    private let stopped: MongoError?

    init(_ answer: ValueMap, _ stopped: MongoError?) {
        self.answer = answer
        self.stopped = stopped
    }

    private func count(_ name: String) -> Int { Int(clamping: answer[name]?.intValue ?? 0) }

    var inserted: Int { count("nInserted") }
    var matched: Int { count("nMatched") }
    var modified: Int { count("nModified") }
    var deleted: Int { count("nRemoved") }
    /// Each with its `index` and the `_id` that it got.
    var upserted: [Value] { answer["upserted"]?.listValue ?? [] }

    /// Whether none of the writes was done in any way.
    var isEmpty: Bool { inserted + matched + deleted + upserted.count == 0 }

    /// The writes that were refused, each with its `index`.
    var refusals: [Value] { answer["writeErrors"]?.listValue ?? [] }

    /// Why not all was done; nil where it was.
    var error: MongoError? {
        var error = stopped
        if let first = refusals.first {
            error = MongoError(written: first)
            error?.answer["errorLabels"] = answer["errorLabels"]
            error?.endsManyWrites = stopped?.endsManyWrites ?? false
        }
        if !isEmpty { error?.followsWrites = true }
        return error
    }
}

extension Value {
    /// Which of `count` writes a refusal is of, from 0; nil where the server names none of them.
    func refusedWrite(of count: Int) -> Int? {
        self["index"]?.intValue.flatMap { Int(exactly: $0) }.flatMap { (0..<count).contains($0) ? $0 : nil }
    }
}
