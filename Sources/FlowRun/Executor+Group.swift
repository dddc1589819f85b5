import FlowCore
import FlowExpression
import FlowSpec
package import FlowStore
import FlowWorkflow

extension Executor {
    /// How often a run that waits looks whether its turn has come.
    private static let interval = Duration.milliseconds(250)
    /// How often a run under way looks whether it is asked to stop.
    private static let rivalInterval = Duration.seconds(1)

    /// Waits for the run's place in its concurrency group.
    ///
    /// - Returns: nil where the run may begin, else how it ended without having begun.
    func admission() async -> Verdict? {
        guard let concurrency = workflow.concurrency else { return nil }
        do {
            let claim = try claim(concurrency)
            var standing = try await journal.enter(claim)
            var shown: [RunID] = []
            while true {
                switch standing {
                case .admitted: return nil
                case .refused(let others):
                    return Verdict(
                        .skipped,
                        Failure(
                            .conflict,
                            "the group \(JSON.quoted(claim.group)) is taken by \(RunID.list(others))",
                            code: "group_taken"))
                case .waiting(let others, let rival):
                    if let rival {
                        return Verdict(.cancelled, Failure(.cancelled, "run \(rival) of the same group came later"))
                    }
                    if others != shown {
                        setup.observer.observe(.queued(group: claim.group, behind: others))
                        shown = others
                    }
                    guard await control.sleep(Executor.interval, isHandler: false) else {
                        return Verdict(.cancelled, Failure(.cancelled, "the run was cancelled"))
                    }
                    standing = try await journal.standing()
                }
            }
        } catch {
            var verdict = Verdict()
            verdict.fail(Failure(error))
            return verdict
        }
    }

    private func claim(_ concurrency: Workflow.Concurrency) throws(Failure) -> GroupClaim {
        let value = try concurrency.group.evaluate(scopes.scope(in: Frame(), reading: Reads([])))
        guard !value.containsSecret else {
            throw Failure(.invalid, "concurrency: the group must not be a secret", position: concurrency.group.span)
        }
        let group: String
        switch value {
        case .string, .int, .uint, .double, .number, .bool: group = try value.formatted()
        default:
            throw Failure(
                .invalid, "concurrency: the group must be text, not \(value.shortTextOfType)",
                position: concurrency.group.span)
        }
        guard !group.isEmpty else {
            throw Failure(.invalid, "concurrency: the group has no name", position: concurrency.group.span)
        }
        // Who resumes a run wants it to go on, and not to stop a newer one.
        let policy: GroupClaim.Policy =
            switch concurrency.policy {
            case _ where isResumed: .queue
            case .queue: .queue
            case .skip: .skip
            case .cancel: .cancel
            }
        return GroupClaim(group: group, policy: policy, limit: concurrency.limit)
    }

    /// Stops the run gently when another one of its group asks for that.
    func heedRivals() -> Task<Void, Never>? {
        guard workflow.concurrency != nil else { return nil }
        return Task { [journal, control, setup] in
            while (try? await setup.world.clock.sleep(Executor.rivalInterval)) != nil {
                guard let standing = try? await journal.standing() else { return }
                guard case .admitted(let rival?) = standing else { continue }
                setup.observer.observe(.givesWay(to: rival))
                return control.stop(.cancelled)
            }
        }
    }
}

extension RunID {
    /// `run 0v3k8xq2m7`, `runs 0v3k8xq2m7, 0v3k8xq2m8 and 3 more`
    package static func list(_ ids: [RunID]) -> String {
        let names = ids.prefix(3).map(\.text).joined(separator: ", ")
        return "\(ids.count == 1 ? "run" : "runs") \(names)\(ids.count > 3 ? " and \(ids.count - 3) more" : "")"
    }
}
