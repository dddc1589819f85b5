import FlowCore
import FlowTestKit
import Glibc
import Testing

/// State databases that misbehave: a clear error, the old data as it was, and the next run fine.
@Suite struct DatabaseTests {
    private static let workflow = """
        name: note
        steps:
          - id: first
            run: echo one >>log.txt
          - id: big
            effect: read
            uses: files.read
            with: { path: big.txt }
          - id: last
            run: echo two >>log.txt
        """

    private func machine() throws -> Machine {
        try Machine(["note.yaml": Self.workflow, "big.txt": String(repeating: "0123456789", count: 10_000)])
    }

    /// Damages copies of a database in many ways, and looks at each with a reading and a writing command.
    @Test func damagedDatabases() async throws {
        let machine = try machine()
        let script = """
            mkdir -m 700 whole && flowctl -q run note.yaml --state-db whole/state.db || exit 99
            # All of it into the one file that is damaged below.
            flowctl -q runs prune --keep 9 --state-db whole/state.db || exit 99
            size=$(stat -c %s whole/state.db)
            try() {
                chmod -R go= d
                before=$(cksum <d/state.db)
                flowctl runs show latest --state-db d/state.db >out 2>err
                echo "read $?" && sed -n 1p err
                flowctl -q run note.yaml --state-db d/state.db >out 2>err
                code=$?
                echo "run $code" && sed -n 1p err
                # What is refused is left as it is; a run that met the damage later may have begun to write.
                [ $code = 0 ] || grep -q "the run history can't be written" err ||
                    [ "$before" = "$(cksum <d/state.db)" ] || echo changed
                rm -r d
            }
            for cut in 1 15 16 90 100 1024 4095 4096 5000 20000 $((size / 2)) $((size - 1)); do
                [ $cut -lt $size ] || continue
                cp -r whole d && truncate -s $cut d/state.db && try
            done
            for page in 0 1 2 3 5 8; do
                cp -r whole d
                yes garbage | head -c 4096 | dd of=d/state.db bs=4096 seek=$page conv=notrunc 2>/dev/null
                try
            done
            """
        try machine.write(script, to: "damage.sh")
        let result = try await machine.run("sh damage.sh")
        #expect(result.exit == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(lines.count > 40)
        for line in lines {
            let isClear =
                ["read 0", "read 1", "read 2", "run 0", "run 1"].contains(line)
                || line.hasPrefix("error: ") && line.contains("d/state.db\"")
                || line.hasPrefix("error: there is no run ")
            #expect(isClear, "\(line)")
        }
    }

    @Test func databaseOfANewerFlowctlIsLeftAlone() async throws {
        let machine = try machine()
        // Pruning leaves all of it in the one file that is changed below.
        #expect(try await machine.run("flowctl -q run note.yaml && flowctl -q runs prune --keep 9").exit == 0)
        let database = "\(machine.stateFolder)/state.db"
        // The format is a number at byte 60.
        let aged = try await machine.run(
            "printf '\\0\\0\\0\\143' | dd of='\(database)' bs=1 seek=60 conv=notrunc && cksum <'\(database)'")
        for command in ["run note.yaml", "runs list", "runs prune --keep 1", "resume latest"] {
            let result = try await machine.run("flowctl \(command)")
            #expect(result.exit == 1)
            #expect(
                result.errors.hasPrefix(
                    "error: \"\(database)\" was made by a newer flowctl: its format is 99, this one"),
                "\(result.errors)")
            #expect(result.errors.hasSuffix("\n  hint: update flowctl\n"))
        }
        #expect(try await machine.run("cksum <'\(database)'").output == aged.output)
    }

    /// Every size at which the disk may be full: nothing done is lost, nothing done is repeated.
    @Test(arguments: Array(stride(from: 8, through: 320, by: 24)))
    func diskIsFullAtAnySize(_ blocks: Int) async throws {
        let machine = try machine()
        let full = try await machine.run("ulimit -f \(blocks); exec flowctl run note.yaml")
        #expect([0, 1].contains(full.exit), "\(full.errors)")
        if full.exit == 1 {
            #expect(full.errors.contains("error: ") && full.errors.contains("state.db"), "\(full.errors)")
            #expect(full.errors.contains("  hint: "))
        }
        let begun = full.runID != nil
        let next = try await machine.run(begun && full.exit == 1 ? "flowctl resume latest" : "flowctl run note.yaml")
        // What was cut off while its result was to be written is the user's to judge.
        #expect([0, 7].contains(next.exit), "\(next.errors)")
        let expected = full.exit == 0 ? "one\ntwo\none\ntwo\n" : next.exit == 0 ? "one\ntwo\n" : machine.read("log.txt")
        #expect(machine.read("log.txt") == expected)
    }

    private static let hasPython = system("python3 -c 'import sqlite3' >/dev/null 2>&1") == 0

    @Test(.enabled(if: hasPython, "python3 takes the part of another program"))
    func lockedForLong() async throws {
        let machine = try machine()
        try machine.write(
            """
            name: wait
            steps:
              - id: until
                run: while [ ! -f locked ]; do sleep 0.05; done
            """, to: "wait.yaml")
        try machine.write(
            """
            import os, sqlite3, sys, time
            path = os.environ["HOME"] + "/.local/state/flowctl/state.db"
            while True:
                try:
                    database = sqlite3.connect(path, isolation_level=None, timeout=10)
                    database.execute("SELECT 1 FROM runs").fetchone() or 1/0
                    break
                except Exception:
                    time.sleep(0.05)
            database.execute("BEGIN IMMEDIATE")
            open("locked", "w").close()
            while not os.path.exists("err") or "waiting" not in open("err").read():
                time.sleep(0.05)
            database.execute("ROLLBACK")
            """, to: "lock.py")
        let result = try await machine.run("python3 lock.py & flowctl run wait.yaml 2>err; code=$?; wait; exit $code")
        let errors = machine.read("err")
        #expect(result.exit == 0, "\(errors)")
        #expect(errors.contains("waiting for the database \"\(machine.stateFolder)/state.db\", which process "))
        #expect(errors.contains(" (python3) has locked\n"))
    }

    private static let canMount =
        system("unshare -Urm sh -c 'mount -t tmpfs none /tmp' >/dev/null 2>&1") == 0

    @Test(.enabled(if: canMount, "this machine lets nobody mount a file system of their own"))
    func readOnlyFileSystem() async throws {
        let machine = try machine()
        try machine.write(
            """
            mkdir -m 700 state && mount -t tmpfs -o size=20m,mode=700 none state || exit 99
            flowctl -q run note.yaml --state-db state/state.db; echo "exit $?"
            mount -o remount,bind,ro state
            flowctl run note.yaml --state-db state/state.db; echo "exit $?"
            flowctl runs list --state-db state/state.db --output json | grep -o succeeded
            flowctl runs show latest --state-db state/state.db >shown; echo "exit $?"
            mount -o remount,bind,rw state
            flowctl -q run note.yaml --state-db state/state.db; echo "exit $?"
            flowctl runs list --state-db state/state.db --output json | grep -o succeeded
            """, to: "ro.sh")
        let result = try await machine.run("unshare -Urm sh ro.sh")
        #expect(
            result.output == "exit 0\nexit 1\nsucceeded\nexit 0\nexit 0\nsucceeded\nsucceeded\n", "\(result.errors)")
        #expect(
            result.errors == """
                error: the database "\(machine.home)/state/state.db" can't be written
                  hint: make the file and its folder writable, or name another file with --state-db

                """)
    }

    @Test(.enabled(if: canMount, "this machine lets nobody mount a file system of their own"))
    func historyThatCanOnlyBeRead() async throws {
        let machine = try machine()
        try machine.write("name: wait\nsteps:\n  - { id: wait, wait: { for: 30s } }\n", to: "wait.yaml")
        try machine.write(
            """
            export FLOWCTL_STATE_DB=state/state.db
            mkdir -m 700 state && mount -t tmpfs -o size=20m,mode=700 none state || exit 99
            flowctl -q run note.yaml && flowctl -q runs prune --keep 9 && rm -f state/state.db-shm state/state.db-wal
            mount -o remount,bind,ro state
            flowctl runs list --output json | grep -o succeeded
            flowctl runs show latest >shown; echo "exit $?"
            mount -o remount,bind,rw state
            flowctl -q run wait.yaml & run=$!
            until [ -s state/state.db-wal ]; do sleep 0.02; done
            kill -9 $run; wait $run 2>/dev/null; rm -f state/state.db-shm
            mount -o remount,bind,ro state
            flowctl runs list; echo "exit $?"
            """, to: "ro.sh")
        let result = try await machine.run("unshare -Urm sh ro.sh")
        #expect(result.output == "succeeded\nexit 0\nexit 1\n", "\(result.errors)")
        #expect(
            result.errors == """
                error: the database "\(machine.home)/state/state.db" has a log beside it that can't be taken up where its folder can't be written
                  hint: make the folder writable, or copy both to one that is

                """)
    }

    private static let isRoot = geteuid() == 0

    @Test(.enabled(if: isRoot, "only root can take the part of somebody else"))
    func aDatabaseOfSomebodyElse() async throws {
        let machine = try machine()
        try machine.write(
            """
            export FLOWCTL_STATE_DB=state/state.db
            mkdir -m 700 state && cp "$(command -v flowctl)" own && chown -R 65534 .
            flowctl -q nodes run sqlite.execute database=shop.db sql='CREATE TABLE t (a)' >/dev/null
            chmod 600 shop.db
            as() { setpriv --reuid 65534 --clear-groups ./own nodes run "$@"; echo "exit $?"; }
            as sqlite.query database=shop.db sql='SELECT 1'
            chmod 644 shop.db
            as sqlite.execute database=shop.db sql='DROP TABLE t'
            """, to: "shop.sh")
        let result = try await machine.run("sh shop.sh")
        #expect(result.output == "exit 1\nexit 1\n", "\(result.errors)")
        #expect(
            result.errors == """
                error: the database "\(machine.home)/shop.db" can't be read, as this user lacks the permission
                  hint: let the user read and write the file
                error: the database "\(machine.home)/shop.db" can't be written
                  hint: make the file and its folder writable, or open another

                """, "\(result.errors)")
    }

    @Test(.enabled(if: isRoot, "only root can take the part of somebody else"))
    func foldersThatMayNotBeWrittenOrRead() async throws {
        let machine = try machine()
        try machine.write(
            """
            export FLOWCTL_STATE_DB=state/state.db
            mkdir -m 700 state && flowctl -q run note.yaml && flowctl -q runs prune --keep 9
            rm -f state/state.db-shm state/state.db-wal
            cp "$(command -v flowctl)" own && chown -R 65534 . && chmod 500 state
            as() { setpriv --reuid 65534 --clear-groups ./own "$@"; echo "exit $?"; }
            as runs list --output json | grep -o 'succeeded\\|exit.*'
            as run note.yaml
            chmod 000 state
            as runs list
            as run note.yaml
            chmod 700 state
            """, to: "folders.sh")
        let result = try await machine.run("sh folders.sh")
        #expect(result.output == "succeeded\nexit 0\nexit 1\nexit 1\nexit 1\n", "\(result.errors)")
        #expect(
            result.errors == """
                error: the database "\(machine.home)/state/state.db" can't be written
                  hint: make the file and its folder writable, or name another file with --state-db
                error: the database "\(machine.home)/state/state.db" can't be opened
                  hint: check that its folder exists and that you may read and write it
                error: the file "\(machine.home)/state/state.db" can't be made: permission denied
                  hint: check the folder it is in

                """)
    }
}
