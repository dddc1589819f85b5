import FlowCore
import FlowTestKit
import Glibc
import Testing

@testable import FlowCLI

@Suite struct SettingsTests {
    private func settings(
        _ environment: [String: String], stateDatabase: String? = nil, vault: String? = nil
    ) -> Settings {
        Settings(
            stateDatabase: stateDatabase, vault: vault, environment: environment, workingDirectory: "/work/here")
    }

    @Test func defaultsAreUnderHome() throws {
        let settings = settings(["HOME": "/home/ada"])
        #expect(try settings.stateDatabase == "/home/ada/.local/state/flowctl/state.db")
        #expect(try settings.runFiles == "/home/ada/.local/state/flowctl/state.db-files")
        #expect(try settings.vault == "/home/ada/.local/share/flowctl/vault.db")
        #expect(settings.responses == "/home/ada/.cache/flowctl/responses.db")
        #expect(settings.connectorFolder == "/home/ada/.config/flowctl/connectors")
        #expect(try settings.keyFile == "/home/ada/.config/flowctl/vault.key")
    }

    @Test func optionsBeatVariablesAndVariablesBeatXDG() throws {
        let environment = [
            "HOME": "/home/ada", "XDG_STATE_HOME": "/xdg/state", "XDG_DATA_HOME": "/xdg/data",
            "FLOWCTL_VAULT": "/ci/vault.db", "FLOWCTL_VAULT_KEY_FILE": "/ci/key",
        ]
        let settings = settings(environment, stateDatabase: "runs.db")
        #expect(try settings.stateDatabase == "/work/here/runs.db")
        #expect(try settings.vault == "/ci/vault.db")
        #expect(try settings.keyFile == "/ci/key")
        #expect(try self.settings(environment).stateDatabase == "/xdg/state/flowctl/state.db")
    }

    /// The log of a database and the files of its runs lie beside it, whatever link leads there.
    @Test func aLinkToTheStateDatabaseIsFollowed() throws {
        let folder = TemporaryFolder()
        let real = RealPath.of(folder.path)
        #expect(symlink("state/real.db", folder.file("link.db")) == 0)
        let settings = settings(["HOME": "/home/ada", "FLOWCTL_STATE_DB": folder.file("link.db")])
        #expect(try settings.stateDatabase == real + "/state/real.db")
        #expect(try settings.runFiles == real + "/state/real.db-files")
    }

    @Test func withoutHomeAPlaceIsKnownWhereItsVariableIsSet() throws {
        let settings = settings(["FLOWCTL_STATE_DB": "runs.db", "FLOWCTL_CONFIG_DIR": "/ci/flowctl"])
        #expect(try settings.stateDatabase == "/work/here/runs.db")
        #expect(try settings.keyFile == "/ci/flowctl/vault.key")
        #expect(settings.connectorFolder == "/ci/flowctl/connectors")
        #expect(settings.responses == nil)
        let failure = #expect(throws: Failure.self) { try settings.vault }
        #expect(failure?.message == "there is no place for the vault: HOME isn't set")
        #expect(failure?.hint == "set HOME to the folder of this user, or FLOWCTL_VAULT to a file of your own")
    }

    @Test func aRelativeHomeIsNone() {
        let failure = #expect(throws: Failure.self) { try settings(["HOME": "here"]).stateDatabase }
        #expect(failure?.message == "there is no place for runs: HOME is no absolute path")
    }

    @Test func aRelativeKeyFileIsTakenFromTheWorkingDirectory() throws {
        let environment = ["HOME": "/home/ada", "FLOWCTL_VAULT_KEY_FILE": "vault.key"]
        #expect(try settings(environment).keyFile == "/work/here/vault.key")
    }

    @Test func aRelativeXDGFolderIsIgnoredAsTheSpecificationSays() throws {
        let settings = settings(["HOME": "/home/ada", "XDG_STATE_HOME": "state"])
        #expect(try settings.stateDatabase == "/home/ada/.local/state/flowctl/state.db")
    }
}
