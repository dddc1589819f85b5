import FlowCore
import FlowTestKit
import Testing

/// The system keyring: gnome-keyring on a D-Bus of its own.
@Suite(.serialized) struct KeyringTests {
    private static let isThere = [
        "/usr/bin/gnome-keyring-daemon", "/usr/bin/dbus-run-session", "/usr/bin/gdbus",
    ].allSatisfy(Folder.exists)

    /// Runs commands of a shell on a D-Bus where gnome-keyring is unlocked.
    private func session(_ machine: Machine, _ script: String) async throws -> ChildProcess.Result {
        try machine.write(
            """
            export XDG_RUNTIME_DIR=$HOME/run
            mkdir -p -m 700 run
            printf fake-login | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null 2>&1
            # Whoever asks for it before it is there has another one started, which isn't unlocked.
            gdbus wait --session --timeout 30 org.freedesktop.secrets
            lock() {
                gdbus call --session --dest org.freedesktop.secrets --object-path /org/freedesktop/secrets \\
                    --method org.freedesktop.Secret.Service.Lock "['/org/freedesktop/secrets/collection/login']" >/dev/null
            }
            \(script)
            """, to: "session.sh")
        return try await machine.run("dbus-run-session -- sh session.sh 2>errors; cat errors >&2")
    }

    @Test(.enabled(if: isThere, "needs gnome-keyring, dbus and libglib2.0-bin"))
    func whoIsLoggedInOpensTheVault() async throws {
        let machine = try Machine()
        let made = try await machine.run("flowctl vault init -q")
        #expect(made.exit == 0, "\(made.errors)")
        let result = try await session(
            machine,
            """
            flowctl vault slots add --keyring | cut -c -14
            flowctl vault slots add --keyring 2>&1 | sed -n 's/,.*//p;1q'
            mv .config/flowctl/vault.key away.key
            flowctl vault slots list | cut -c 11- | sed 's/ *20.*UTC//; s/  */ /g' | tail -1 | cut -c -33
            flowctl credentials list --output json
            flowctl vault rekey
            flowctl vault rekey --drop-slot "$HOME/.config/flowctl/vault.key" --yes
            lock
            setsid -w flowctl credentials list 2>&1
            """)
        #expect(
            result.output == """
                added the slot
                error: that key opens the vault already
                the system keyring system keyring
                []
                sealed 0 credentials anew, opened by 1 slot
                error: the vault "\(machine.vault)" is locked; the system keyring is locked
                  hint: log in to the desktop, or unlock the keyring there

                """, "\(result.errors)")
    }

    @Test(.enabled(if: isThere, "needs gnome-keyring, dbus and libglib2.0-bin"))
    func withoutASessionItIsSaidWhatToDo() async throws {
        let machine = try Machine()
        _ = try await machine.run("flowctl vault init -q")
        let added = try await session(machine, "flowctl vault slots add --keyring")
        #expect(added.exit == 0, "\(added.errors)")
        _ = try await machine.run("mv .config/flowctl/vault.key away.key")
        let alone = try await machine.run("setsid -w flowctl credentials list")
        #expect(alone.exit == 4)
        #expect(
            alone.errors.hasPrefix(
                "error: the vault \"\(machine.vault)\" is locked; the system keyring can't be used: "),
            "\(alone.errors)")
        #expect(alone.errors.contains("set DBUS_SESSION_BUS_ADDRESS as in your session"), "\(alone.errors)")
        let empty = try await machine.run(
            "flowctl vault slots add --keyring", variables: ["DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere/bus"])
        #expect(empty.exit == 4)
    }
}
