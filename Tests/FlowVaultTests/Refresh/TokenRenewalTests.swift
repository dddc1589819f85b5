import FlowCore
import FlowOAuth
import FlowSpec
import FlowStore
import FlowTestKit
import FlowVault
import Synchronization
import Testing

/// Tokens are renewed before they end, or when they are refused: once, however many want them.
@Suite struct TokenRenewalTests {
    private let fixture = VaultFixture()
    private let masker = Masker()
    private var clock: ManualClock { fixture.clock }

    /// As another process would have it: with a connection of its own.
    private func resolver(_ provider: FakeProvider) -> CredentialResolver {
        CredentialResolver(environment: [:], masker: masker, tokens: provider.source) { [fixture] in
            try fixture.open()
        }
    }

    private func token(_ resolver: CredentialResolver) async throws -> String? {
        try await resolver.credential(named: "work", defaultType: nil)?.fields["access_token"]?.stringValue
    }

    private func failure(_ resolver: CredentialResolver) async -> Failure? {
        do {
            _ = try await resolver.credential(named: "work", defaultType: nil)
            return nil
        } catch {
            return Failure(error)
        }
    }

    @Test func aTokenWithTimeLeftIsGivenAsItIs() async throws {
        let provider = FakeProvider(clock: clock)
        try fixture.create().add(provider.login().record("work"))
        clock.advance(by: .seconds(3200))
        let found = try #require(try await resolver(provider).credential(named: "work", defaultType: nil))
        #expect(found.fields["access_token"] == "access-fake-canary-0")
        #expect(found.renewalDue == Timestamp(seconds: 1_800_000_000).adding(.seconds(3300)))
        #expect(provider.requests == 0)
        let secrets = found.fields.filter { $0.value.containsSecret }.map(\.key.text)
        #expect(secrets == ["access_token"], "nodes get nothing that only renews it")
    }

    @Test func oneThatSoonEndsIsRenewedAndStored() async throws {
        let provider = FakeProvider(clock: clock)
        let vault = try fixture.create()
        try vault.add(provider.login().record("work"))
        let before = try vault.show("work")
        clock.advance(by: .seconds(3300))
        #expect(try await token(resolver(provider)) == "access-fake-canary-1")
        #expect(provider.requests == 1)
        let after = try fixture.open().show("work")
        #expect(after.fields["access_token"] == "access-fake-canary-1")
        #expect(after.fields["refresh_token"] == "refresh-fake-canary-1")
        #expect(after.fields["expires_at"]?.stringValue == clock.now().adding(.seconds(3600))?.rfc3339)
        #expect(after.fields["client_secret"] == "secret-fake-canary")
        #expect(after.info == before.info, "only the tokens are written")
        #expect(masker.mask("access-fake-canary-1 refresh-fake-canary-1") == "*** ***")
        #expect(try vault.verify() == [])
        #expect(fixture.renewedFiles == [])
    }

    @Test func tokensOfAnEarlierRenewalAreNoticedAfterAnEdit() async throws {
        let provider = FakeProvider(clock: clock)
        let vault = try fixture.create()
        try vault.add(provider.login().record("work"))
        clock.advance(by: .seconds(3600))
        _ = try await token(resolver(provider))
        let database = try Database.open(fixture.path)
        try database.execute("CREATE TABLE old AS SELECT * FROM oauth_tokens")
        try vault.edit("work") { $0.fields["access_token"] = .secret("access-fake-canary-new") }
        try database.execute("DELETE FROM oauth_tokens")
        try database.execute("INSERT INTO oauth_tokens SELECT * FROM old")
        #expect(
            throws: Failure(
                .invalid,
                "the vault \"\(fixture.path)\" was damaged or changed from outside: "
                    + "the tokens of credential \"work\" are not in the version of the manifest",
                hint: "restore a backup of it", code: "vault_damaged")
        ) { try vault.resolve("work") }
    }

    @Test func tenTasksOfFourProcessesMakeOneRequest() async throws {
        let provider = FakeProvider(clock: clock) { for _ in 0..<100 { await Task.yield() } }
        try fixture.create().add(provider.login().record("work"))
        clock.advance(by: .seconds(3600))
        let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<4 {
                let resolver = CredentialResolver(
                    environment: [:], masker: masker,
                    tokens: TokenSource(clock: RunningClock(manual: clock), renew: provider.source.renew)
                ) { [fixture] in try fixture.open() }
                for _ in 0..<10 { group.addTask { try await self.token(resolver) } }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(tokens == Array(repeating: "access-fake-canary-1", count: 40))
        #expect(provider.requests == 1)
    }

    @Test func whoIsCancelledGoesAndTheWorkIsDoneAllTheSame() async throws {
        let (asked, answers) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
        let provider = FakeProvider(clock: clock) {
            asked.continuation.yield()
            for await _ in answers.stream { break }
        }
        try fixture.create().add(provider.login().record("work"))
        clock.advance(by: .seconds(3600))
        let resolver = resolver(provider)
        let waiting = Task { try await token(resolver) }
        for await _ in asked.stream { break }
        waiting.cancel()
        await #expect(throws: Failure(.cancelled, "cancelled")) { try await waiting.value }
        answers.continuation.yield()
        #expect(try await token(resolver) == "access-fake-canary-1")
        #expect(provider.requests == 1)
    }

    @Test func anAnswerWithoutRefreshTokenKeepsTheOldOne() async throws {
        let provider = FakeProvider(clock: clock, rotates: false)
        try fixture.create().add(provider.login().record("work"))
        for number in 1...3 {
            clock.advance(by: .seconds(3600))
            #expect(try await token(resolver(provider)) == "access-fake-canary-\(number)")
        }
        #expect(try fixture.open().show("work").fields["refresh_token"] == "refresh-fake-canary-0")
    }

    @Test func aRefreshTokenIsKeptWhereTheRestOfTheAnswerIsOfNoUse() async throws {
        let provider = FakeProvider(clock: clock)
        let vault = try fixture.create()
        try vault.add(provider.login().record("work"))
        clock.advance(by: .seconds(3600))
        provider.spoil(with: Failure(.protocolError, "the answer of provider.test holds no access token"))
        let failure = await failure(resolver(provider))
        #expect(
            failure?.message
                == "the token of \"work\" can't be renewed: the answer of provider.test holds no access token")
        #expect(try vault.show("work").fields["refresh_token"] == "refresh-fake-canary-1")
        #expect(try vault.show("work").fields["access_token"] == "access-fake-canary-0")
        #expect(fixture.renewedFiles.isEmpty)
        #expect(try await token(resolver(provider)) == "access-fake-canary-2")
    }

    @Test func theFirstTokenOfAMachineIsAskedForOnceToo() async throws {
        let provider = FakeProvider(clock: clock)
        try fixture.create().add(provider.machine().record("work"))
        #expect(try await token(resolver(provider)) == "access-fake-canary-1")
        #expect(try await token(resolver(provider)) == "access-fake-canary-1")
        #expect(provider.requests == 1)
        clock.advance(by: .seconds(3600))
        #expect(try await token(resolver(provider)) == "access-fake-canary-2")
        #expect(try fixture.open().verify() == [])
    }

    // MARK: Refusals of the service

    @Test func aTokenThatIsRefusedBeforeItsEndIsRenewed() async throws {
        let provider = FakeProvider(clock: clock)
        try fixture.create().add(provider.login().record("work"))
        let resolver = resolver(provider)
        let refused = try #require(try await resolver.credential(named: "work", defaultType: nil))
        let renewed = try #require(try await resolver.renewed(refused))
        #expect(renewed.fields["access_token"] == "access-fake-canary-1")
        #expect(provider.requests == 1)
    }

    @Test func whatAnotherProcessHasRenewedIsTakenWithoutARequest() async throws {
        let provider = FakeProvider(clock: clock)
        try fixture.create().add(provider.login().record("work"))
        let (first, second) = (resolver(provider), resolver(provider))
        let refused = try #require(try await first.credential(named: "work", defaultType: nil))
        _ = try await second.renewed(refused)
        #expect(try await first.renewed(refused)?.fields["access_token"] == "access-fake-canary-1")
        #expect(provider.requests == 1)
    }

    @Test func aServiceThatRefusesEveryTokenIsNotAskedAgainAndAgain() async throws {
        let provider = FakeProvider(clock: clock)
        try fixture.create().add(provider.login().record("work"))
        let resolver = resolver(provider)
        let first = try #require(try await resolver.credential(named: "work", defaultType: nil))
        let second = try #require(try await resolver.renewed(first))
        for _ in 0..<100 { #expect(try await resolver.renewed(second) == nil) }
        #expect(provider.requests == 1)
        clock.advance(by: .seconds(61))
        #expect(try await resolver.renewed(second) != nil)
    }

    @Test func whatHasNoGrantIsNotRenewed() async throws {
        let provider = FakeProvider(clock: clock)
        var lonely = provider.login()
        lonely.refreshToken = nil
        try fixture.create().add([lonely.record("work"), VaultFixture.bearer("plain")])
        let resolver = resolver(provider)
        clock.advance(by: .seconds(7200))
        for name in ["work", "plain"] {
            let found = try #require(try await resolver.credential(named: name, defaultType: nil))
            #expect(found.renewalDue == nil)
            #expect(try await resolver.renewed(found) == nil)
        }
        #expect(provider.requests == 0)
    }

    // MARK: Refusals of the provider

    @Test func aRevokedGrantMakesTheCredentialInvalid() async throws {
        let provider = FakeProvider(clock: clock)
        let vault = try fixture.create()
        try vault.add(provider.login().record("work"))
        clock.advance(by: .seconds(3600))
        provider.revoke()
        let first = await failure(resolver(provider))
        #expect(first?.kind == .auth)
        #expect(first?.code == "invalid_grant")
        #expect(
            first?.message
                == "the grant of \"work\" has ended: provider.test refused to renew the tokens: it was revoked (invalid_grant)"
        )
        #expect(first?.hint == "run \"flowctl credentials login work\"")
        #expect(try vault.show("work").info.isValid == false)
        let second = await failure(resolver(provider))
        #expect(second?.message == "the credential \"work\" is no longer valid: the service has refused it")
        #expect(second?.hint == "run \"flowctl credentials login work\"")
        #expect(provider.requests == 1, "a grant that has ended is not asked for again")
        #expect(try vault.verify() == [])
    }

    @Test func aLoginMeanwhileCountsMoreThanTheRefusal() async throws {
        let vault = try fixture.create()
        let clock = clock
        let newer = FakeProvider(clock: clock, rotates: false)
        let provider = FakeProvider(clock: clock) {
            var fields = newer.login().fields
            fields["access_token"] = .secret("access-of-a-new-login")
            try vault.update("work", to: CredentialRecord(name: "work", type: "oauth2", fields: fields))
        }
        try vault.add(provider.login().record("work"))
        clock.advance(by: .seconds(3600))
        provider.revoke()
        #expect(try await token(resolver(provider)) == "access-of-a-new-login")
        #expect(try vault.show("work").info.isValid)
    }

    @Test func aWrongSecretIsNamedAndEndsNothing() async throws {
        let provider = FakeProvider(clock: clock)
        let vault = try fixture.create()
        try vault.add(provider.login().record("work"))
        clock.advance(by: .seconds(3600))
        provider.fail(with: Failure(.auth, "provider.test refused to renew the tokens", code: "invalid_client"))
        let failure = await failure(resolver(provider))
        #expect(failure?.message == "the token of \"work\" can't be renewed: provider.test refused to renew the tokens")
        #expect(failure?.hint == "check \"client_id\" and \"client_secret\" of \"work\": a secret may have ended")
        #expect(try vault.show("work").info.isValid)
    }

    @Test func aProviderThatIsAwayLeavesTheTokenInUseToItsEnd() async throws {
        let provider = FakeProvider(clock: clock)
        try fixture.create().add(provider.login().record("work"))
        let away = Failure(.network, "could not connect to provider.test", hint: "check the network")
        let end = try #require(clock.now().adding(.seconds(3600)))
        clock.advance(by: .seconds(3400))
        let resolver = resolver(provider)
        provider.fail(with: away)
        let found = try #require(try await resolver.credential(named: "work", defaultType: nil))
        #expect(found.fields["access_token"] == "access-fake-canary-0")
        #expect(found.renewalDue == clock.now().adding(.seconds(60)))
        #expect(
            provider.warnings.map(\.message) == [
                "the token of \"work\" is used as it is until \(end.rfc3339): "
                    + "the token of \"work\" can't be renewed: could not connect to provider.test"
            ])
        clock.advance(by: .seconds(200))
        provider.fail(with: away)
        let failure = await failure(resolver)
        #expect(failure?.kind == .network)
        #expect(failure?.message == "the token of \"work\" can't be renewed: could not connect to provider.test")
        #expect(failure?.hint == "check the network")
        for _ in 0..<100 { #expect(await self.failure(resolver) == failure) }
        #expect(provider.requests == 2, "a loop of many items asks no more often")
        clock.advance(by: .seconds(10))
        #expect(try await token(resolver) == "access-fake-canary-1", "nothing was lost")
    }

    // MARK: Clocks

    @Test func aClockThatIsSetBackDoesNotMakeATokenLiveLonger() async throws {
        let provider = FakeProvider(clock: clock)
        try fixture.create().add(provider.login().record("work"))
        let behind = ManualClock(start: Timestamp(seconds: 1_700_000_000))
        let resolver = CredentialResolver(
            environment: [:], masker: masker, tokens: TokenSource(clock: behind, renew: provider.source.renew)
        ) { [fixture] in try fixture.open() }
        #expect(try await token(resolver) == "access-fake-canary-1")
    }

    @Test func aClockThatJumpsAheadCostsOneRequest() async throws {
        let provider = FakeProvider(clock: clock)
        try fixture.create().add(provider.login().record("work"))
        clock.advance(by: .seconds(10 * 365 * 86_400))
        for _ in 0..<3 { #expect(try await token(resolver(provider)) == "access-fake-canary-1") }
        #expect(provider.requests == 1)
    }

    // MARK: Lock

    @Test func aProcessThatHangsIsNotWaitedForForever() async throws {
        let provider = FakeProvider(clock: clock)
        try fixture.create().add(provider.login().record("work"))
        clock.advance(by: .seconds(3600))
        let lock = try fixture.holdEveryLock()
        defer { lock.release() }
        let failure = await failure(resolver(provider))
        #expect(failure?.kind == .timeout)
        #expect(failure?.message == "another process has been renewing the token of \"work\" for 1 min 30 s")
        #expect(failure?.hint == "look for a flowctl that hangs, and end it")
        #expect(provider.requests == 0)
    }

    @Test func aTokenThatIsStillGoodDoesNotWaitForThatProcessEither() async throws {
        let provider = FakeProvider(clock: clock)
        try fixture.create().add(provider.login().record("work"))
        clock.advance(by: .seconds(3400))
        let lock = try fixture.holdEveryLock()
        defer { lock.release() }
        #expect(try await token(resolver(provider)) == "access-fake-canary-0")
    }
}

/// Tells a manual time, but really sleeps: for tests in which others have to get on meanwhile.
private struct RunningClock: WallClock {
    let manual: ManualClock

    func now() -> Timestamp { manual.now() }
    func monotonic() -> Duration { manual.monotonic() }
    func sleep(_ duration: Duration) async throws { try await Task.sleep(for: duration) }
}
