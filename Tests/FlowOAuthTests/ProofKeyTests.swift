import Testing

@testable import FlowOAuth

@Suite struct ProofKeyTests {
    /// The example of RFC 7636, appendix B.
    @Test func challengeIsThatOfTheRFC() throws {
        let key = try ProofKey(verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        #expect(key.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
    }

    @Test func verifierIsNewEachTime() throws {
        let keys = try (0..<20).map { _ in try ProofKey() }
        #expect(Set(keys.map(\.verifier)).count == 20)
        #expect(keys.allSatisfy { $0.verifier.utf8.count == 43 })
    }
}
