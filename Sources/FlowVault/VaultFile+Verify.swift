package import FlowCore
import FlowStore

extension VaultFile {
    /// Reads all of the vault and says what is wrong with it; nothing where all is as flowctl left it.
    ///
    /// - Throws: what keeps it from reading at all.
    package func verify() throws(Failure) -> [String] {
        try database.snapshot {
            var problems: [String] = []
            for row in try database.query("PRAGMA integrity_check") {
                if let text = row[0].stringValue, text != "ok" { problems.append("the file: \(terminalSafe(text))") }
            }
            let manifest: VaultManifest
            do throws(Failure) {
                manifest = try readManifest()
            } catch {
                return problems + [error.message]
            }
            problems += try compare(
                "a credential", .credentials, "SELECT id FROM credentials NOT INDEXED", manifest)
            problems += try compare("a token", .tokens, "SELECT credential_id FROM oauth_tokens NOT INDEXED", manifest)
            problems += try compare("a key slot", .slots, "SELECT id FROM key_slots NOT INDEXED", manifest)
            do throws(Failure) { _ = try formerSealerKeys(manifest) } catch { problems.append(error.message) }
            try database.forEachRawRow(
                "SELECT \(CredentialRow.columns), environment_variable FROM credentials NOT INDEXED"
            ) { found in
                do throws(Failure) {
                    guard let row = CredentialRow(found) else { throw damage("a credential can't be read") }
                    _ = try open(row, manifest)
                    // It stands beside what is sealed, because it follows from the name.
                    guard found.string(11) == CredentialName.environmentVariable(row.name) else {
                        throw damage("\(row.title) was given another variable")
                    }
                } catch {
                    problems.append(error.message)
                }
            }
            return problems
        }
    }

    private func compare(
        _ noun: String, _ table: VaultManifest.Table, _ sql: String, _ manifest: VaultManifest
    ) throws(Failure) -> [String] {
        let found = Set(try database.query(sql).map { $0[0].stringValue ?? "" })
        let known = Set(manifest.ids(of: table).map { Hexadecimal.encode($0) })
        return known.subtracting(found).sorted().map { "\(noun) was removed: \($0)" }
            + found.subtracting(known).sorted().map { "\(noun) was brought in: \(terminalSafe($0))" }
    }
}
