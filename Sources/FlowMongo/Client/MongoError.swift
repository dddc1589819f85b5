import CMongo
import FlowCore

/// What libmongoc or the server said no with.
struct MongoError: Error {
    var origin: flow_mongo_origin
    var code: UInt32
    var message: String
    /// The server's answer, empty where there is none.
    var answer = ValueMap()
    /// Whether other writes of the same step were done before.
    var followsWrites = false
    /// Whether it ended a write of many documents, of which some may have been written before.
    var endsManyWrites = false

    init(_ error: flow_mongo_error, answer: ValueMap = ValueMap()) {
        origin = error.origin
        code = error.code
        message = withUnsafeBytes(of: error.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        self.answer = answer
    }

    /// One that is written in an answer: of a write, or of its concern.
    init(written: Value) {
        origin = FLOW_MONGO_SERVER
        code = UInt32(clamping: written["code"]?.intValue ?? 0)
        message = written["errmsg"]?.stringValue ?? "the write was refused"
        answer = written.mapValue ?? ValueMap()
    }

    func has(label: String) -> Bool { answer["errorLabels"]?.listValue?.contains(.string(label)) ?? false }

    /// Whether the transaction around it did not happen, and may be tried again as a whole.
    var isTransient: Bool { has(label: "TransientTransactionError") }
}

extension flow_mongo_error {
    static var none: flow_mongo_error {
        var error = flow_mongo_error()
        error.origin = FLOW_MONGO_OTHER
        return error
    }
}
