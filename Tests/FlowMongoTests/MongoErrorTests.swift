import CMongo
import FlowCore
import FlowSpec
import Testing

@testable import FlowMongo

/// What errors of libmongoc mean for a step, without a server.
struct MongoErrorTests {
    private func noServer(followsWrites: Bool) -> MongoError {
        var error = MongoError(flow_mongo_error.none)
        error.origin = FLOW_MONGO_SELECTION
        error.message = "No suitable servers found: [connection refused calling hello on '127.0.0.1:1']"
        error.followsWrites = followsWrites
        return error
    }

    @Test func whereNoServerIsFoundNothingWasSent() {
        let failure = noServer(followsWrites: false).failure(.write, at: "127.0.0.1:1")
        #expect(failure.kind == .network)
        #expect(failure.nothingSent)
    }

    @Test func whereNoServerIsFoundAfterAPartThePartIsThere() {
        let failure = noServer(followsWrites: true).failure(.write, at: "127.0.0.1:1")
        #expect(failure.kind == .uncertain)
        #expect(!failure.nothingSent)
        #expect(
            failure.message
                == "a part was written, then: no server of MongoDB at 127.0.0.1:1 can be used: connection refused "
                + "calling hello on '127.0.0.1:1'")
        #expect(
            failure.hint == "look whether the write was done, then resume with --mark-done or --retry-uncertain")
        // What comes out the same however often it is done goes on from the start.
        let repeatable = noServer(followsWrites: true).failure(.idempotent, at: "127.0.0.1:1")
        #expect(repeatable.kind == .network)
        #expect(!repeatable.nothingSent)
    }
}
