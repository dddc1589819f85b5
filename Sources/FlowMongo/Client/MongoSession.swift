import CMongo
import FlowCore
import Glibc

/// What one piece of work may ask of a server. Used by the thread that does the work.
///
/// The server counts it as a session of its own, so that all of it can be ended from elsewhere.
final class MongoSession {
    private let client: OpaquePointer
    /// nil where the server knows none.
    private let session: OpaquePointer?
    private let isCancelled: () -> Bool
    /// The servers, for messages.
    let place: String

    /// - Parameter isCancelled: whether nobody waits for the work any more.
    init(_ client: OpaquePointer, at place: String, isCancelled: @escaping () -> Bool) throws {
        self.client = client
        self.place = place
        self.isCancelled = isCancelled
        var error = flow_mongo_error.none
        session = flow_mongo_session_new(client, &error)
        if session == nil, error.origin != FLOW_MONGO_SESSION { throw MongoError(error) }
    }

    deinit { if let session { flow_mongo_session_free(session) } }

    /// What the server calls it, in BSON.
    var id: [UInt8]? { session.map { flow_mongo_session_id($0).copy } }

    /// Ends long work between two of its parts.
    func checkCancellation() throws {
        if isCancelled() { throw CancellationError() }
    }

    // MARK: Commands

    func command(
        _ command: Value, in database: String, _ mode: flow_mongo_mode = FLOW_MONGO_READ,
        as form: BSONForm = .extended
    ) throws -> ValueMap {
        var error = flow_mongo_error.none
        var reply = flow_mongo_reply()
        defer { free(reply.bytes) }
        let done = try BSONWriter.document(command.mapValue ?? ValueMap(), at: "command").withBSON {
            flow_mongo_command(client, mode, database, $0, session, &reply, &error)
        }
        let answer = try reply.map(form)
        guard done else { throw MongoError(error, answer: answer) }
        return answer
    }

    // MARK: Reading

    /// With so few documents in an answer that they take little memory; a server that is told nothing gives 16 MiB.
    private static func inParts(_ options: ValueMap) -> ValueMap {
        var options = options
        options["batchSize"] = 1000
        return options
    }

    func find(_ filter: ValueMap, _ options: ValueMap, in target: MongoTarget, as form: BSONForm) throws -> MongoCursor
    {
        let filter = try BSONWriter.document(filter, at: "filter")
        let options = try BSONWriter.document(Self.inParts(options), at: "find")
        return filter.withBSON { filter in
            options.withBSON {
                MongoCursor(flow_mongo_find(client, target.database, target.collection, filter, $0, session), form)
            }
        }
    }

    func aggregate(
        _ pipeline: [Value], _ options: ValueMap, in target: MongoTarget, as form: BSONForm
    ) throws -> MongoCursor {
        // $out puts all in place at its end; $merge writes as it goes.
        let writes = pipeline.last?["$merge"] != nil
        let pipeline = try BSONWriter.array(pipeline, at: "pipeline")
        let options = try BSONWriter.document(Self.inParts(options), at: "aggregate")
        return pipeline.withBSON { pipeline in
            options.withBSON {
                MongoCursor(
                    flow_mongo_aggregate(client, target.database, target.collection, pipeline, $0, session), form,
                    writes: writes)
            }
        }
    }

    func collections(_ options: ValueMap, in database: String, as form: BSONForm) throws -> MongoCursor {
        try BSONWriter.document(options, at: "list_collections").withBSON {
            MongoCursor(flow_mongo_list_collections(client, database, $0, session), form)
        }
    }

    /// - Parameter collection: nil follows all of the database.
    func watch(
        _ pipeline: [Value], _ options: ValueMap, in database: String, _ collection: String?, as form: BSONForm
    ) throws -> MongoCursor {
        let pipeline = try BSONWriter.array(pipeline, at: "pipeline")
        let options = try BSONWriter.document(options, at: "watch")
        return pipeline.withBSON { pipeline in
            options.withBSON {
                MongoCursor(flow_mongo_watch(client, database, collection, pipeline, $0, session), form)
            }
        }
    }

    // MARK: Writing

    func batch(in target: MongoTarget, ordered: Bool) throws -> MongoBatch {
        guard let pointer = flow_mongo_batch_new(client, target.database, target.collection, ordered, session) else {
            throw Failure(.internal, "libmongoc gives no batch of writes")
        }
        return MongoBatch(pointer)
    }

    func begin() throws {
        var error = flow_mongo_error.none
        guard let session else {
            throw Failure(
                .invalid, "the server knows no transactions",
                hint: "transactions need a replica set or a sharded cluster", nothingSent: true)
        }
        guard flow_mongo_begin(session, &error) else { throw MongoError(error) }
    }

    func commit() throws {
        guard let session else { return }
        var error = flow_mongo_error.none
        var reply = flow_mongo_reply()
        defer { free(reply.bytes) }
        let done = flow_mongo_commit(session, &reply, &error)
        guard done else { throw MongoError(error, answer: try reply.map(.extended)) }
    }

    func abort() {
        if let session { flow_mongo_abort(session) }
    }
}

/// A collection and the database it is in.
struct MongoTarget: Sendable, Hashable {
    var database: String
    var collection: String

    /// For messages.
    var name: String { "\(database).\(collection)" }
}

extension [UInt8] {
    func withBSON<Result>(_ body: (flow_bson) throws -> Result) rethrows -> Result {
        try withUnsafeBufferPointer { try body(flow_bson(bytes: $0.baseAddress, size: $0.count)) }
    }
}

extension flow_bson {
    fileprivate var copy: [UInt8] { [UInt8](UnsafeBufferPointer(start: bytes, count: size)) }
}

extension flow_mongo_reply {
    /// Empty where there is none.
    func map(_ form: BSONForm) throws(Failure) -> ValueMap {
        guard bytes != nil, size > 0 else { return ValueMap() }
        return try BSONReader.read(UnsafeRawBufferPointer(start: bytes, count: size), as: form)
    }
}
