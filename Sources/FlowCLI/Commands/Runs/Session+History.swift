import FlowCore
import FlowStore

extension Session {
    /// The history of runs, opened for reading; nil where nothing has run yet.
    func history() throws -> RunHistory? {
        do {
            return try RunHistory.open(settings.stateDatabase)
        } catch {
            guard error.kind == .notFound else { throw error }
            return nil
        }
    }

    /// The run a command names, with the history it is in.
    ///
    /// - Throws: an `Exit` of status `usage` where there is none or several fit.
    func run(named name: String) throws -> (RunSummary, RunHistory) {
        guard let history = try history() else {
            throw Exit.usage("there is no run \"\(name)\": nothing has run yet", hint: "run \"flowctl run FILE\"")
        }
        do {
            let run = try history.run(named: name)
            return (run, history)
        } catch {
            throw Session.unlessDamaged(error)
        }
    }

    /// A wrong name is wrong usage; a history that can't be read is not.
    static func unlessDamaged(_ failure: Failure) -> any Error {
        guard failure.kind == .notFound || failure.kind == .invalid && failure.code == nil else { return failure }
        return Exit.usage(failure.message, hint: failure.hint)
    }
}

/// Shows sealed parts of the history as secrets without opening the vault.
struct SecretsHidden: ValueSealing {
    func seal(_ bytes: [UInt8], context: String) throws(Failure) -> [UInt8] { bytes }

    func open(_ bytes: [UInt8], context: String) throws(Failure) -> [UInt8] {
        Array(JSON.quoted(Masker.replacement).utf8)
    }
}

extension StoredValue {
    /// For the eye: sealed parts are `***`.
    func shown(in run: RunSummary) throws(Failure) -> Value {
        try value(sealing: SecretsHidden(), context: run.id.text)
    }
}
