import FlowMongo
import FlowSpec
import Testing

@Suite struct MongoNodesTests {
    @Test(arguments: MongoNodes().names) func aServerThatGoesAwayIsTriedAgain(name: String) throws {
        let spec = try #require(MongoNodes().node(named: name)).spec
        #expect(spec.name == name)
        #expect(spec.retryOwner == .engine)
        #expect(spec.usualRetry.max == 2)
        #expect(!spec.usualRetry.repeatsTimeouts)
    }
}
