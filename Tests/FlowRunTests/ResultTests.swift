import FlowCore
import FlowRun
import FlowSpec
import FlowStore
import FlowTestKit
import FlowWorkflow
import Synchronization
import Testing

@Suite("Results")
struct ResultTests {
    @Test func outputsMapReplacesTheNodesOutput() async throws {
        let bench = Bench()
        let step = try Step.read("a", ["x": ["y": 3]]).outputs(["z": "${{ steps.a.output.x.y }}"])
        let result = try await bench.run([step]) {
            $0.outputs = try Make.values(["all": "${{ steps.a.output }}", "run": "${{ run.workflow }}"])
        }
        #expect(result.outputs["all"] == ["z": 3])
        #expect(result.outputs["run"] == "test")
    }

    @Test func laterStepsSeeAFailureWithoutSecrets() async throws {
        let bench = Bench { call in
            guard call.text == "fail" else { return call.value }
            var failure = Failure(.invalid, "it said fake-secret-value", code: "fake-secret-value")
            failure.requestID = "r-fake-secret-value"
            throw failure
        }
        let masker = Masker()
        masker.add("fake-secret-value")
        _ = try await bench.run(
            [
                .read("bad", "fail").with { $0.continueOnError = true },
                .read(
                    "next",
                    "${{ steps.bad.error.code }} ${{ steps.bad.error.message }} ${{ steps.bad.error.request_id }}"),
            ], setup: bench.setup { $0.masker = masker })
        #expect(bench.nodes.said.last == "read *** it said *** r-***")
    }

    @Test func aNodeMasksWhatItCutsForAMessage() async throws {
        let masker = Masker()
        masker.add("fake-secret-value")
        let bench = Bench { call in
            throw Failure(.invalid, String(call.context.mask("it said fake-secret-value").prefix(17)))
        }
        let result = try await bench.run([.read("bad", "x")], setup: bench.setup { $0.masker = masker })
        #expect(result.failure?.message == "it said ***")
    }

    @Test func inputsVarsEnvAndEventAreSeen() async throws {
        let bench = Bench()
        let result = try await bench.run(
            [.read("a", "${{ inputs.x + vars.v + env.E + env.P + event.who }}")],
            setup: bench.setup { $0.world.environment = ["PROCESS": "p"] },
            inputs: ValueMap([("x", "x")]), event: ["who": "w"]
        ) {
            $0.vars = try Make.values(["u": "u", "v": "${{ vars.u + \"v\" }}"])
            $0.env = [
                EnvironmentEntry(name: "E", origin: .value(try Make.value("e")), span: Make.span),
                EnvironmentEntry(
                    name: "P", origin: .process(variable: "PROCESS", fallback: nil), span: Make.span),
            ]
        }
        #expect(result.status == .succeeded)
        #expect(bench.nodes.said == ["read xuvepw"])
        #expect(bench.nodes.calls[0].context.environment == ["E": "e", "P": "p"])
    }

    @Test func variablesOfTheEnvironmentAreTextForExpressionsAsForCommands() async throws {
        let bench = Bench()
        let names = ["NUMBER", "FLAG", "LIST", "TIME", "UNSET", "NONE"]
        let values = [
            "${{ 80 + 1 }}", "${{ 1 < 2 }}", "${{ [1, 'a'] }}", "${{ timestamp(0) }}", "${{ null }}",
            "${{ {}.?a }}",
        ]
        let result = try await bench.run([.read("a", "${{ env.NUMBER + env.FLAG }}")]) {
            $0.env = try zip(names, values).map { name, value in
                EnvironmentEntry(name: name, origin: .value(try Make.value(.string(value))), span: Make.span)
            }
            $0.outputs = try Make.values(["unset": "${{ env.UNSET == null && env.NONE == null }}"])
        }
        #expect(bench.nodes.said == ["read 81true"])
        #expect(
            bench.nodes.calls[0].context.environment == [
                "NUMBER": "81", "FLAG": "true", "LIST": "[1,\"a\"]", "TIME": "1970-01-01T00:00:00Z", "UNSET": nil,
                "NONE": nil,
            ])
        #expect(result.outputs["unset"] == true)
    }

    @Test func unsetProcessVariableFailsTheRun() async throws {
        let bench = Bench()
        await #expect {
            _ = try await bench.run([.read("a")]) {
                $0.env = [
                    EnvironmentEntry(
                        name: "P", origin: .process(variable: "NOPE", fallback: nil), span: Make.span)
                ]
            }
        } throws: {
            ($0 as? Failure)?.description
                == "env \"P\" takes the variable \"NOPE\", which is not set (set it, or give a default)"
        }
    }

    @Test func loopGivesOutputsAndItemsInOrder() async throws {
        let bench = Bench { call in
            if call.text == "2" { throw Failure(.notFound, "gone") }
            return .int((call.value.intValue ?? 0) * 10)
        }
        let result = try await bench.run([
            .read("each", "${{ n }}").each([1, 2, 3], onError: .continue, as: "n").with { $0.continueOnError = true },
            .read("out", "${{ steps.each.output }}"),
            .read("items", "${{ steps.each.items.map(i, i.key + i.status) }}"),
            .read("kind", "${{ steps.each.items[1].error.kind }}"),
        ])
        #expect(result.status == .succeeded)
        #expect(
            bench.nodes.calls.suffix(3).map(\.value) == [
                [10, nil, 30], ["0succeeded", "1failed", "2succeeded"], "not_found",
            ])
        let history = try bench.history()
        let run = try history.run(named: "latest")
        #expect(try history.items(of: "each", in: run).map(\.status) == [.succeeded, .failed, .succeeded])
        #expect(try history.steps(of: run)[0].failure?.message == "item 1: gone")
    }

    @Test func outputsSeeTheEnvironmentOfTheirStep() async throws {
        let bench = Bench()
        var step = try Step.read("a")
        let value = try Make.values(["N": "${{ 6 * 7 }}"])[0].value
        step.environment = [EnvironmentEntry(name: "N", origin: .value(value), span: step.span)]
        step.outputs = try Make.values(["n": "${{ env.N }}"])
        let steps = [step]
        let result = try await bench.run(steps) { $0.outputs = try Make.values(["n": "${{ steps.a.output.n }}"]) }
        #expect(result.outputs["n"] == "42", "\(String(describing: result.failure))")
    }

    @Test func stopStartsNoMoreItems() async throws {
        let bench = Bench { call in
            if call.text == "2" { throw Failure(.notFound, "gone") }
            return call.value
        }
        let result = try await bench.run([.read("each", "${{ item }}").each([1, 2, 3, 4], max: 1)])
        #expect(result.status == .failed)
        #expect(result.failure?.message == "item 1: gone")
        #expect(bench.nodes.said == ["read 1", "read 2"])
    }

    @Test func continueCountsTheFailedItems() async throws {
        let bench = Bench { call in throw Failure(.conflict, "no \(call.text)") }
        let result = try await bench.run([.read("each", "${{ index }}").each([1, 2, 3], onError: .continue)])
        #expect(result.failure?.message == "3 of 3 items failed; item 0: no 0")
    }

    @Test func loopOverABlockHasAFrameForEachItem() async throws {
        let bench = Bench()
        let block = try Step.block(
            "each", [.read("x", "${{ item }}"), .read("y", "${{ steps.x.output + index }}")]
        ).outputs(["y": "${{ steps.y.output }}"]).each([10, 20])
        let result = try await bench.run([block]) { $0.outputs = try Make.values(["all": "${{ steps.each.output }}"]) }
        #expect(result.outputs["all"] == [["y": 10], ["y": 21]])
        #expect(try bench.statuses().keys.sorted() == ["each", "each[0]/x", "each[0]/y", "each[1]/x", "each[1]/y"])
    }

    @Test func tenThousandItemsStayInTheWindow() async throws {
        struct Load { var now = 0, most = 0 }
        let load = Mutex(Load())
        let bench = Bench { call in
            load.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            await Task.yield()
            load.withLock { $0.now -= 1 }
            return call.value
        }
        let items = Value.list((0..<10_000).map { .int(Int64($0)) })
        let result = try await bench.run([.read("each", "${{ item }}").each(items, max: 8)])
        #expect(result.status == .succeeded)
        #expect(load.withLock { $0.most } <= 8)
        let history = try bench.history()
        #expect(try history.itemCounts(of: "each", in: history.run(named: "latest")) == [.succeeded: 10_000])
    }

    @Test func loopOverNoListSaysWhatItIs() async throws {
        let bench = Bench()
        let result = try await bench.run([.read("each").each("${{ {\"a\": 1} }}")])
        #expect(result.failure?.message == "for_each: must be a list, not a map")
    }

    @Test func exitCodesFollowTheFirstFailure() async throws {
        for (kind, code) in [
            (FailureKind.auth, 4), (.cancelled, 5), (.uncertain, 7), (.internal, 70), (.timeout, 1), (.invalid, 1),
        ] {
            let bench = Bench { _ in throw Failure(kind, "x") }
            let result = try await bench.run([.read("a")])
            #expect(result.exitCode == Int32(code), "\(kind)")
        }
    }

    @Test func missingCredentialIsExitCode4WithAHint() async throws {
        let bench = Bench()
        let result = try await bench.run([.uses("secretive", "a")])
        #expect(result.exitCode == 4)
        #expect(
            result.failure?.description
                == "test.secretive needs a credential, and there is none named \"test\" (run \"flowctl credentials add test\")"
        )
    }

    @Test func credentialNamedLikeTheConnectorIsTaken() async throws {
        let bench = Bench()
        let fields = ValueMap([("token", .secret("tok-0000-fake"))])
        let result = try await bench.run(
            [.uses("secretive", "a")],
            setup: bench.setup { $0.credentials = FixedCredentials(fields: ["test": fields]) })
        #expect(result.status == .succeeded)
        #expect(bench.nodes.calls[0].context.credential?.name == "test")
    }

    @Test func secretsReachNodesAndAreMaskedOutside() async throws {
        let bench = Bench()
        let fields = ValueMap([("token", .secret("tok-0000-fake"))])
        let result = try await bench.run(
            [.read("a", "${{ secrets.app }}"), .read("b", "${{ secrets.app.token }}")],
            setup: bench.setup {
                $0.credentials = FixedCredentials(fields: ["app": fields])
                $0.sealing = ReversingSeal()
            }
        ) { $0.outputs = try Make.values(["leak": "${{ steps.a.output }}"]) }
        #expect(bench.nodes.said == ["read tok-0000-fake", "read tok-0000-fake"])
        #expect(result.outputs["leak"] == "***")
        #expect(bench.observer.reports["a"]?.output == "***")
        let history = try bench.history()
        let stored = try #require(try history.steps(of: history.run(named: "latest"))[0].output)
        #expect(!String(decoding: stored.bytes, as: UTF8.self).contains("tok-0000"))
    }

    @Test func secretOutputWithoutAVaultFailsTheStep() async throws {
        let bench = Bench()
        let fields = ValueMap([("token", .secret("tok-0000-fake"))])
        let result = try await bench.run(
            [.read("a", "${{ secrets.app }}")],
            setup: bench.setup { $0.credentials = FixedCredentials(fields: ["app": fields]) })
        #expect(
            result.failure?.description
                == "a secret would be kept in the run history, and there is no vault to seal it with (run \"flowctl vault init\", or keep the secret out of outputs and vars)"
        )
    }

    @Test func unknownNodeIsFoundBeforeTheRun() async throws {
        let bench = Bench()
        await #expect {
            _ = try await bench.run([.uses("reed", "a")])
        } throws: {
            ($0 as? Failure)?.message == "there is no node \"test.reed\""
        }
    }

    @Test func itemsOfASecretListAreSecret() async throws {
        let bench = Bench()
        let result = try await bench.run(
            [try Step.read("each", "${{ item }}").each("${{ inputs.keys }}", max: 1, onError: .stop)],
            setup: bench.setup { $0.sealing = ReversingSeal() },
            inputs: ValueMap([("keys", .secret(["short"]))])
        ) {
            $0.outputs = try Make.values(["all": "${{ steps.each.output }}"])
        }
        #expect(result.status == .succeeded)
        #expect(result.outputs["all"] == ["***"])
    }

    @Test(arguments: [true, false])
    func secretThatANodeGivesBackIsSealedOrRefused(hasVault: Bool) async throws {
        let bench = Bench { call in ["echo": .string("got \(call.value.stringValue ?? "")")] }
        let fields = ValueMap([("token", .secret("tok-0000-fake"))])
        let result = try await bench.run(
            [.read("a", "${{ secrets.app.token }}")],
            setup: bench.setup {
                $0.credentials = FixedCredentials(fields: ["app": fields])
                if hasVault { $0.sealing = ReversingSeal() }
            })
        #expect(result.status == (hasVault ? .succeeded : .failed))
        let history = try bench.history()
        let step = try #require(try history.steps(of: history.run(named: "latest")).first)
        let stored = String(decoding: step.output?.bytes ?? [], as: UTF8.self)
        #expect(!stored.contains("tok-0000-fake"))
        #expect(stored.contains("$secret") == hasVault)
    }
}
