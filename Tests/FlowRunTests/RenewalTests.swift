import FlowCore
import FlowRun
import FlowSpec
import FlowStore
import FlowTestKit
import FlowWorkflow
import Synchronization
import Testing

/// Tokens that end, or are refused, while a run is under way.
@Suite struct RenewalTests {
    /// Gives `token-1`, then after each renewal the next; counts who asks.
    private final class Tokens: CredentialSource {
        private let state = Mutex((number: 1, asked: 0))
        let lifetime: Duration?
        let clock: ManualClock

        init(_ clock: ManualClock, lifetime: Duration? = nil) {
            self.clock = clock
            self.lifetime = lifetime
        }

        var asked: Int { state.withLock { $0.asked } }

        func credential(named name: String, defaultType: CredentialType?) async throws -> Credential? {
            state.withLock { $0.asked += 1 }
            return made
        }

        func renewed(_ refused: Credential) async throws -> Credential? {
            state.withLock { state in
                if refused.fields["token"] == .string("fake-token-\(state.number)") { state.number += 1 }
            }
            return made
        }

        func end() { state.withLock { $0.number += 1 } }

        func names() async -> [String] { ["test"] }

        private var made: Credential {
            let number = state.withLock { $0.number }
            var credential = Credential(
                name: "test", type: "token",
                fields: ValueMap([("token", .secret(.string("fake-token-\(number)")))]))
            credential.renewalDue = lifetime.flatMap { clock.now().adding($0) }
            return credential
        }
    }

    @Test func oneRefusalServesAllItemsThatFollow() async throws {
        let clock = ManualClock()
        let tokens = Tokens(clock)
        let refusals = Mutex(0)
        let bench = Bench(clock: clock) { call in
            guard call.context.credential?.fields["token"] == "fake-token-1" else { return .null }
            refusals.withLock { $0 += 1 }
            let renewed = try await call.context.renew(try #require(call.context.credential))
            #expect(renewed?.fields["token"] == "fake-token-2")
            return .null
        }
        let masker = Masker()
        let setup = bench.setup {
            $0.credentials = tokens
            $0.masker = masker
        }
        let step = try Step.uses("secretive", "items").each(.list((0..<200).map { .int($0) }), max: 1)
        let result = try await bench.run([step], setup: setup)
        #expect(result.status == .succeeded)
        #expect(bench.nodes.calls.count == 200)
        #expect(refusals.withLock { $0 } == 1)
        #expect(tokens.asked == 1)
        #expect(masker.mask("fake-token-2") == "***")
    }

    @Test func aTokenThatIsAboutToEndIsAskedForAgain() async throws {
        let clock = ManualClock()
        let tokens = Tokens(clock, lifetime: .seconds(60))
        let bench = Bench(clock: clock) { call in
            if call.text == "2" {
                clock.advance(by: .seconds(61))
                tokens.end()
            }
            return .null
        }
        let steps = try ["1", "2", "3", "4"].map { try Step.uses("secretive", "s\($0)", .string($0)) }
        let result = try await bench.run(steps, setup: bench.setup { $0.credentials = tokens })
        #expect(result.status == .succeeded)
        #expect(
            bench.nodes.calls.map { $0.context.credential?.fields["token"]?.stringValue }
                == ["fake-token-1", "fake-token-1", "fake-token-2", "fake-token-2"])
        #expect(tokens.asked == 2)
    }
}
