import FlowConnect
import FlowCore
import FlowStore
import FlowVault
import Glibc

/// What `doctor` looks at, one after the other. Nothing stays changed, and nothing is sent.
struct Examination {
    let session: Session

    init(_ session: Session) { self.session = session }

    func findings() async -> [Finding] {
        let settings = session.settings
        let state = Result { () throws(Failure) in try settings.stateDatabase }
        let vaultFile = Result { () throws(Failure) in try settings.vault }
        let version = Finding(.fine, "version", Version.text)
        let runs = [place("state", of: state)] + history(state)
        let credentials = await credentialVariables()
        return [version] + runs + [place("vault folder", of: vaultFile)] + vault(vaultFile) + variables(settings)
            + credentials
            + connectors() + [shell()] + certificates() + [clock()]
    }

    /// Where a private file is, or is to be. A folder that doesn't exist yet is fine where it can be made.
    private func place(_ subject: String, of place: Result<String, Failure>) -> Finding {
        let file: String
        do throws(Failure) {
            file = try place.get()
        } catch {
            return Finding(.broken, subject, error.message, hint: error.hint)
        }
        let path = ParentFolder.of(RealPath.of(file))
        var existing = path
        while access(existing, F_OK) != 0, existing != "/" { existing = ParentFolder.of(existing) }
        guard access(existing, W_OK) == 0, existing == path || canMakeFolder(in: existing) else {
            return Finding(
                .broken, subject, "\(existing) can't be written", hint: "give this user the right to write there")
        }
        do throws(Failure) {
            try PrivateFile.requirePrivate(RealPath.of(file))
        } catch {
            return Finding(.broken, subject, error.message, hint: error.hint)
        }
        return Finding(.fine, subject, existing == path ? path : "\(path) is made when it is needed")
    }

    /// Asked by making one: root may write to `/proc`, and yet nothing can be made there.
    private func canMakeFolder(in folder: String) -> Bool {
        let trial = "\(folder)/.flowctl-doctor-\(getpid())"
        return mkdir(trial, 0o700) == 0 && rmdir(trial) == 0
    }

    /// - Parameter place: of the state database; where there is none, nothing is left to say of its runs.
    private func history(_ place: Result<String, Failure>) -> [Finding] {
        guard let path = try? place.get() else { return [] }
        do {
            guard let last = try session.history()?.runs(limit: 1).first else {
                return [Finding(.fine, "runs", "none yet")]
            }
            return [Finding(.fine, "runs", "the last was \(last.id.text), \(last.status.words)")]
        } catch {
            let failure = Failure(error)
            return [
                Finding(.broken, "runs", failure.message, hint: failure.hint ?? "move \(path) away; a new one is made")
            ]
        }
    }

    private func vault(_ place: Result<String, Failure>) -> [Finding] {
        guard (try? place.get()) != nil else { return [] }
        guard session.vaultExists else {
            return [Finding(.fine, "vault", "none yet; \"flowctl vault init\" makes one")]
        }
        do {
            let vault = try session.vaultAccess(asks: false).vault()
            let problems = try vault?.verify() ?? []
            guard problems.isEmpty else {
                return problems.map { Finding(.broken, "vault", $0, hint: "restore a backup of the vault") }
            }
            return [Finding(.fine, "vault", "opens here without asking; \(try vault?.names().count ?? 0) credentials")]
        } catch {
            let failure = Failure(error)
            let isLocked = failure.code == "vault_locked"
            return [Finding(isLocked ? .doubtful : .broken, "vault", failure.message, hint: failure.hint)]
        }
    }

    /// Variables that a run reads; it would refuse to start, or go without what they name.
    private func variables(_ settings: Settings) -> [Finding] {
        func refusal(_ subject: String, _ read: () throws -> Void) -> [Finding] {
            do {
                try read()
                return []
            } catch {
                return Exit(error).failures.map { Finding(.broken, subject, $0.message, hint: $0.hint) }
            }
        }
        return refusal("requests") { _ = try session.world(session.vaultAccess(asks: false)) }
            + refusal("retention") { _ = try session.retention() }
            + refusal("traces") { _ = try ExportSettings(environment: session.environment) }
            + answers(settings)
    }

    private func answers(_ settings: Settings) -> [Finding] {
        do {
            _ = try settings.responses.map(ResponseTable.usage)
            return []
        } catch {
            let failure = Failure(error)
            return [Finding(.doubtful, "stored answers", failure.message, hint: failure.hint)]
        }
    }

    private func connectors() -> [Finding] {
        let source = session.connectors()
        let broken = source.connectorNames.filter { name in
            do {
                return try source.connector(name) == nil
            } catch {
                return true
            }
        }
        guard broken.isEmpty else {
            return broken.map {
                Finding(
                    .broken, "connector \($0)", "its file has mistakes",
                    hint: "run \"flowctl connectors lint \($0)\"")
            }
        }
        return [Finding(.fine, "connectors", source.connectorNames.joined(separator: ", "))]
    }

    private func shell() -> Finding {
        // Without one at its usual place the one on PATH is taken, as `run:` does.
        if access("/bin/sh", X_OK) == 0 { return Finding(.fine, "shell", "/bin/sh") }
        let folders = (session.environment["PATH"] ?? "").split(separator: ":")
        guard folders.contains(where: { access("\($0)/sh", X_OK) == 0 }) else {
            return Finding(
                .broken, "shell", "there is neither /bin/sh nor a sh on PATH, so \"run:\" steps can't work",
                hint: "install a shell, or add its folder to PATH")
        }
        return Finding(.fine, "shell", "sh is on PATH")
    }

    private func certificates() -> [Finding] {
        let known = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"]
        let finding =
            known.first { access($0, R_OK) == 0 }.map { Finding(.fine, "certificates", $0) }
            ?? Finding(
                .doubtful, "certificates", "no file of root certificates was found, so https may not work",
                hint: "install the package ca-certificates")
        guard session.environment["SSL_CERT_FILE"]?.isEmpty == false else { return [finding] }
        let unread = Finding(
            .doubtful, "certificates", "SSL_CERT_FILE has no effect",
            hint: "name the file as ca_file in the credential or in the step, or add it to the system's certificates")
        return [finding, unread]
    }

    private func clock() -> Finding {
        let now = time(nil)
        // Signatures, leases and time-outs go wrong with a clock that was never set.
        guard now > 1_735_689_600 else {
            return Finding(.broken, "clock", "the clock is before 2025", hint: "set it, for example with timedatectl")
        }
        return Finding(.fine, "clock", Timestamp(seconds: Int64(now)).localText)
    }
}
