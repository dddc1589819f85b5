import FlowCore

/// A document to be inserted.
struct NewDocument: Sendable {
    /// What messages call it.
    let place: String
    let bytes: [UInt8]
    let id: Value
    /// Whether it may be there from an earlier try, and is taken for inserted then.
    let mayBeThere: Bool

    /// - Parameters:
    ///   - id: for where it has none.
    ///   - acceptsOwn: whether one with an id of its own may be there, too.
    init(_ map: ValueMap, at place: String, id: ObjectID, acceptsOwn: Bool = false) throws(Failure) {
        self.place = place
        bytes = try BSONWriter.stored(map, at: place, id: id)
        let own = map["_id"]?.revealed
        self.id = own ?? id.asValue
        mayBeThere = own == nil || acceptsOwn
    }
}

/// Inserts documents, and recognises those that an earlier try has inserted: the server refuses their id, and they are as
/// they would be.
struct Insertion {
    let session: MongoSession
    let target: MongoTarget
    let ordered: Bool
    /// Documents that are there now.
    private(set) var count = 0

    init(_ session: MongoSession, _ target: MongoTarget, ordered: Bool = true) {
        self.session = session
        self.target = target
        self.ordered = ordered
    }

    mutating func insert(_ documents: [NewDocument]) throws {
        var rest = documents
        while !rest.isEmpty {
            try session.checkCancellation()
            let batch = try session.batch(in: target, ordered: ordered)
            for document in rest { try batch.insert(document.bytes) }
            let result = try batch.execute()
            count += result.inserted
            guard let error = result.error else { return }
            let refused = refused(by: result, of: rest)
            guard let first = result.refusals.first, isTaken(first, in: rest) else {
                throw stopped(by: error, result.refusals.first, in: rest)
            }
            let there = try found(refused.filter(\.mayBeThere))
            guard !there.isEmpty else { throw stopped(by: error, first, in: rest) }
            count += there.count
            rest = refused.filter { !there.contains($0.bytes) }
        }
    }

    /// What stopped the work, with what is known of documents that are there by then.
    func stopped(by error: any Error) -> any Error {
        guard count > 0 else { return error }
        switch error {
        case var error as MongoError:
            error.followsWrites = true
            return error
        case var refused as PlacedError:
            refused.error.followsWrites = true
            return refused
        case var failure as Failure:
            failure.nothingSent = false
            return failure
        default: return error
        }
    }

    /// Those that were not inserted: what was refused and, in order, what came after it.
    private func refused(by result: BatchResult, of documents: [NewDocument]) -> [NewDocument] {
        let places = result.refusals.compactMap { $0.refusedWrite(of: documents.count) }
        if ordered { return Array(documents[(places.first ?? documents.count)...]) }
        return places.map { documents[$0] }
    }

    /// Whether it was the id of a document that may be there.
    private func isTaken(_ refusal: Value, in documents: [NewDocument]) -> Bool {
        guard refusal["code"]?.intValue == 11000, let index = refusal.refusedWrite(of: documents.count) else {
            return false
        }
        let isID = refusal["errmsg"]?.stringValue?.contains(" index: _id_ ") ?? false
        return isID && documents[index].mayBeThere
    }

    /// The documents that are there just as they would be inserted.
    private func found(_ documents: [NewDocument]) throws -> Set<[UInt8]> {
        let expected = Set(documents.map(\.bytes))
        let filter = ValueMap([("_id", Value.map(ValueMap([("$in", Value.list(documents.map(\.id)))])))])
        let cursor = try session.find(filter, ValueMap(), in: target, as: .extended)
        var found: Set<[UInt8]> = []
        while let bytes = try cursor.nextBytes({ Array($0) }) {
            if expected.contains(bytes) { found.insert(bytes) }
        }
        return found
    }

    private func stopped(by error: MongoError, _ refusal: Value?, in documents: [NewDocument]) -> any Error {
        guard let index = refusal?.refusedWrite(of: documents.count) else { return error }
        return PlacedError(error: error, place: documents[index].place)
    }
}

/// Which of several writes was refused.
struct PlacedError: Error {
    var error: MongoError
    /// Such as `documents[3]`.
    var place: String
}
