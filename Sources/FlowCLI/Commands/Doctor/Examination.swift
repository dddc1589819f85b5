import FlowConnect
import FlowCore
import FlowStore
import FlowVault
import Glibc

/// What `doctor` looks at, one after the other. Nothing stays changed, and nothing is sent.
struct Examination {
    private let session: Session

    init(_ session: Session) { self.session = session }

    func findings() async -> [Finding] {
        let settings: Settings
        do {
            settings = try session.settings
        } catch {
            let failure = Failure(error)
            return [Finding(.broken, "folders", failure.message, hint: failure.hint)]
        }
        return [
            Finding(.fine, "version", Version.text),
            place("state", of: settings.stateDatabase),
            history(settings),
            place("vault folder", of: settings.vault),
        ] + vault() + credentials() + connectors() + [shell(), certificates(), clock()]
    }

    /// Where a private file is, or is to be. A folder that doesn't exist yet is fine where it can be made.
    private func place(_ subject: String, of file: String) -> Finding {
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

    private func history(_ settings: Settings) -> Finding {
        do {
            guard let history = try session.history() else { return Finding(.fine, "runs", "none yet") }
            guard let last = try history.runs(limit: 1).first else { return Finding(.fine, "runs", "none yet") }
            return Finding(.fine, "runs", "the last was \(last.id.text), \(last.status.words)")
        } catch {
            let failure = Failure(error)
            return Finding(
                .broken, "runs", failure.message,
                hint: failure.hint ?? "move \(settings.stateDatabase) away; a new one is made")
        }
    }

    private func vault() -> [Finding] {
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

    private func credentials() -> [Finding] {
        let names = session.environment.keys.filter { $0.hasPrefix("FLOWCTL_CREDENTIAL_") }.sorted()
        return names.isEmpty ? [] : [Finding(.fine, "credentials from the environment", names.joined(separator: ", "))]
    }

    private func connectors() -> [Finding] {
        guard let source = try? session.connectors() else { return [] }
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
        let folders = (session.environment["PATH"] ?? "").split(separator: ":")
        guard folders.contains(where: { access("\($0)/sh", X_OK) == 0 }) else {
            return Finding(
                .broken, "shell", "there is no sh on PATH, so \"run:\" steps can't work",
                hint: "add the folder of sh to PATH; cron sets a short one")
        }
        return Finding(.fine, "shell", "sh is on PATH")
    }

    private func certificates() -> Finding {
        let given = session.environment["SSL_CERT_FILE"]
        let known = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"]
        if let file = given.map({ [$0] })?.first ?? known.first(where: { access($0, R_OK) == 0 }),
            access(file, R_OK) == 0
        {
            return Finding(.fine, "certificates", file)
        }
        return Finding(
            .doubtful, "certificates", "no file of root certificates was found, so https may not work",
            hint: "install the package ca-certificates")
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
