import FlowCore
import FlowTestKit
import Glibc
import Testing

@testable import FlowCLI

@Suite struct SettingsTests {
    private func settings(
        _ environment: [String: String], stateDatabase: String? = nil, vault: String? = nil
    ) throws -> Settings {
        try Settings(
            stateDatabase: stateDatabase, vault: vault, environment: environment, workingDirectory: "/work/here")
    }

    @Test func defaultsAreUnderHome() throws {
        let settings = try settings(["HOME": "/home/ada"])
        #expect(settings.stateDatabase == "/home/ada/.local/state/flowctl/state.db")
        #expect(settings.runFiles == "/home/ada/.local/state/flowctl/state.db-files")
        #expect(settings.vault == "/home/ada/.local/share/flowctl/vault.db")
        #expect(settings.responses == "/home/ada/.cache/flowctl/responses.db")
        #expect(settings.connectorFolder == "/home/ada/.config/flowctl/connectors")
        #expect(settings.keyFile == "/home/ada/.config/flowctl/vault.key")
    }

    @Test func optionsBeatVariablesAndVariablesBeatXDG() throws {
        let environment = [
            "HOME": "/home/ada", "XDG_STATE_HOME": "/xdg/state", "XDG_DATA_HOME": "/xdg/data",
            "FLOWCTL_VAULT": "/ci/vault.db", "FLOWCTL_VAULT_KEY_FILE": "/ci/key",
        ]
        let settings = try settings(environment, stateDatabase: "runs.db")
        #expect(settings.stateDatabase == "/work/here/runs.db")
        #expect(settings.vault == "/ci/vault.db")
        #expect(settings.keyFile == "/ci/key")
        #expect(try self.settings(environment).stateDatabase == "/xdg/state/flowctl/state.db")
    }

    /// The log of a database and the files of its runs lie beside it, whatever link leads there.
    @Test func aLinkToTheStateDatabaseIsFollowed() throws {
        let folder = TemporaryFolder()
        let real = RealPath.of(folder.path)
        #expect(symlink("state/real.db", folder.file("link.db")) == 0)
        let settings = try settings(["HOME": "/home/ada", "FLOWCTL_STATE_DB": folder.file("link.db")])
        #expect(settings.stateDatabase == real + "/state/real.db")
        #expect(settings.runFiles == real + "/state/real.db-files")
    }

    @Test func aRelativeKeyFileIsTakenFromTheWorkingDirectory() throws {
        let environment = ["HOME": "/home/ada", "FLOWCTL_VAULT_KEY_FILE": "vault.key"]
        #expect(try settings(environment).keyFile == "/work/here/vault.key")
    }

    @Test func aRelativeXDGFolderIsIgnoredAsTheSpecificationSays() throws {
        let settings = try settings(["HOME": "/home/ada", "XDG_STATE_HOME": "state"])
        #expect(settings.stateDatabase == "/home/ada/.local/state/flowctl/state.db")
    }
}
