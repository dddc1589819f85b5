import FlowCore
import FlowSpec
import Testing

@Suite struct NodeSpecTests {
    private let spec = NodeSpec(
        "demo.send", summary: "Send.", effect: .write,
        parameters: [
            Parameter("channel", .string, required: true, help: "Where to."),
            Parameter("text", .string), Parameter("blocks", .list(of: .map)),
            Parameter("size", .int, default: 20, minimum: 1, maximum: 100),
            Parameter("mode", .string, choices: ["fast", "slow"]),
            Parameter(
                "mailbox", .string, help: "me, or users/ADDRESS.",
                pattern: TextPattern("^(me|users/.+)$") { $0 == "me" || $0.hasPrefix("users/") }),
        ], rules: [.any(["text", "blocks"])])

    @Test func fillsInDefaultsAndLeavesOutWhatIsAbsent() throws {
        let bound = try spec.bind(ValueMap([("channel", "c"), ("text", "hi"), ("mode", .absent)]))
        #expect(bound.int("size") == 20)
        #expect(bound["mode"] == nil)
    }

    @Test(
        arguments: [
            (["chanel": "c"], "demo.send has no parameter \"chanel\" (did you mean \"channel\"?)"),
            (["text": "x"], "demo.send: parameter \"channel\" is missing (channel: Where to.)"),
            (["channel": 3], "demo.send: parameter \"channel\" must be a string, not 3"),
            (["channel": "c"], "demo.send: give at least one of \"text\", \"blocks\""),
            (["channel": "c", "text": .null], "demo.send: give at least one of \"text\", \"blocks\""),
            (["channel": "c", "text": "x", "size": 0], "demo.send: parameter \"size\" must be at least 1"),
            (["channel": "c", "text": "x", "size": 1.5], "demo.send: parameter \"size\" must be an int, not 1.5"),
            (
                ["channel": "c", "text": "x", "mode": "fsat"],
                "demo.send: parameter \"mode\" must be one of \"fast\", \"slow\""
            ),
            (
                ["channel": "c", "text": "x", "mailbox": "bob"],
                "demo.send: parameter \"mailbox\" must match ^(me|users/.+)$ (mailbox: me, or users/ADDRESS.)"
            ),
            (["channel": "c", "blocks": [1]], "demo.send: parameter \"blocks\" item 0 must be a map, not 1"),
            (["channel": "c", "blocks": "x"], "demo.send: parameter \"blocks\" must be a list of map, not \"x\""),
        ] as [(Value, String)])
    func refusesWithTheParameterAndWhatItMustBe(arguments: Value, message: String) {
        let failure = #expect(throws: Failure.self) { try spec.bind(arguments.mapValue ?? ValueMap()) }
        #expect(failure?.description == message)
        #expect(failure?.kind == .invalid)
    }

    @Test(
        arguments: [
            (ShortestDuration.aboveZero, "0s", "must be more than 0s"), (.aboveZero, "-1s", "must be more than 0s"),
            (.aboveZero, "1ms", nil), (.zero, "-1s", "must be at least 0s"), (.zero, "0s", nil),
        ] as [(ShortestDuration, String, String?)])
    func durationThatMakesNoSenseIsRefused(shortest: ShortestDuration, text: String, message: String?) throws {
        let parameter = Parameter("wait", .duration, shortest: shortest)
        #expect(parameter.objection(to: .string(text)) == message)
        let duration = try #require(Duration(text: text))
        #expect(parameter.objection(to: .duration(duration)) == message)
    }

    @Test func neverShowsASecretArgument() {
        let failure = #expect(throws: Failure.self) {
            try spec.bind(ValueMap([("channel", .secret(.int(42_424_242)))]))
        }
        #expect(failure?.message == "demo.send: parameter \"channel\" must be a string, not a secret")
    }
}

@Suite struct RetryPolicyTests {
    private let policy = RetryPolicy(max: 4)

    @Test func aWriteRepeatsOnlyWhatCannotHaveHappened() {
        #expect(!policy.allows(Failure(.uncertain, "x"), effect: .write))
        #expect(!policy.allows(Failure(.network, "x"), effect: .write))
        #expect(policy.allows(Failure(.network, "x", nothingSent: true), effect: .write))
        #expect(policy.allows(Failure(.rateLimited, "x"), effect: .write))
        #expect(policy.allows(Failure(.uncertain, "x"), effect: .write, hasIdempotencyKey: true))
    }

    @Test func aReadRepeatsWhatMayPass() {
        for kind in [FailureKind.network, .timeout, .transient, .rateLimited, .uncertain] {
            #expect(policy.allows(Failure(kind, "x"), effect: .read))
        }
        for kind in [FailureKind.invalid, .auth, .permission, .notFound, .conflict, .tls, .cancelled, .internal] {
            #expect(!policy.allows(Failure(kind, "x"), effect: .read))
        }
    }

    @Test func aServerIsNotAskedAgainWhatTookItTooLong() {
        let late = Failure(.timeout, "too late")
        #expect(RetryPolicy.http.allows(late, effect: .read))
        #expect(!RetryPolicy.server.allows(late, effect: .read))
        #expect(RetryPolicy.server.allows(Failure(.network, "away"), effect: .read))
        // A step's own retry: says so, or names the kind.
        #expect(RetryPolicy(max: 1).allows(late, effect: .read))
        var policy = RetryPolicy.server
        policy.on = [.timeout]
        #expect(policy.allows(late, effect: .read))
    }

    @Test func nothingIsRepeatedThatTheOtherSideSaysIsOfNoUse() {
        var failure = Failure(.transient, "x")
        failure.refusesRetry = true
        #expect(!policy.allows(failure, effect: .read))
        #expect(!policy.allows(failure, effect: .write, hasIdempotencyKey: true))
        #expect(!RetryPolicy(max: 1, on: [.transient]).allows(failure, effect: .read))
    }

    @Test func namedKindsReplaceTheDefaults() {
        let named = RetryPolicy(max: 1, on: [.uncertain])
        #expect(named.allows(Failure(.uncertain, "x"), effect: .write))
        #expect(!named.allows(Failure(.transient, "x"), effect: .read))
        #expect(!RetryPolicy(max: 1, on: [.cancelled]).allows(Failure(.cancelled, "x"), effect: .read))
    }

    @Test func pausesDoubleUpToTheCapAndNeverUndercutTheServer() {
        struct Half: RandomSource {
            func bytes(_ count: Int) -> [UInt8] { [0x80] + [UInt8](repeating: 0, count: count - 1) }
        }
        #expect(policy.pause(after: 1, asked: nil, random: Half()) == .milliseconds(500))
        #expect(policy.pause(after: 3, asked: nil, random: Half()) == .seconds(2))
        #expect(policy.pause(after: 60, asked: nil, random: Half()) == .seconds(30))
        #expect(policy.pause(after: 1, asked: .seconds(90), random: Half()) >= .seconds(90))
        let exact = RetryPolicy(max: 1, backoff: .constant, initial: .seconds(3), jitter: false)
        #expect(exact.pause(after: 5, asked: nil, random: Half()) == .seconds(3))
    }

    @Test func uuidIsVersionFour() {
        struct Ones: RandomSource { func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0xFF, count: count) } }
        #expect(Ones().uuid() == "ffffffff-ffff-4fff-bfff-ffffffffffff")
    }

    @Test func pathsAreTakenFromTheWorkingDirectory() {
        #expect(NodeContext.absolute("a/../b/./c", from: "/x/y") == "/x/y/b/c")
        #expect(NodeContext.absolute("/../a//b", from: "/x") == "/a/b")
    }

    @Test func longestPausesAreComputedAsOthers() {
        struct Ones: RandomSource { func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0xFF, count: count) } }
        let centuries = Duration.seconds(300 * 366 * 86400)
        let policy = RetryPolicy(max: 1, backoff: .constant, initial: centuries, maxInterval: centuries)
        #expect(policy.pause(after: 1, asked: nil, random: Ones()) > .seconds(299 * 366 * 86400))
    }
}
