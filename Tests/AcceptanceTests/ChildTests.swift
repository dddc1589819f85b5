import FlowTestKit
import Testing

/// Processes of steps, where flowctl itself was started in an odd way.
@Suite struct ChildTests {
    @Test func descriptorsOfChildrenAreGivenBack() async throws {
        let machine = try Machine([
            "many.yaml": """
            name: many
            steps:
              - id: each
                for_each: "${{ range(200) }}"
                max_parallel: 4
                uses: shell.run
                with: { command: cat, input: "${{ string(item) }}" }
            """
        ])
        let result = try await machine.run("ulimit -n 96; exec flowctl run many.yaml")
        #expect(result.exit == 0, "\(result.errors)")
    }

    @Test func tooFewDescriptorsAreTold() async throws {
        let machine = try Machine([
            "many.yaml": """
            name: many
            steps:
              - id: each
                for_each: "${{ range(40) }}"
                max_parallel: 40
                run: sleep 600
                timeout: 2s
            """
        ])
        let result = try await machine.run("ulimit -n 48; exec flowctl run many.yaml")
        #expect(result.exit != 0)
        // Which items find none left is a matter of chance.
        let run = try #require(result.runID, "\(result.errors)")
        let shown = try await machine.run("flowctl runs show \(run) --step each")
        #expect(shown.output.contains("failed: can't start \"sh\": too many open files"), "\(shown.output)")
    }

    @Test func childrenMayOpenAsManyAsFlowctlAtFirst() async throws {
        let machine = try Machine([
            "limits.yaml": """
            name: limits
            steps:
              - run: ulimit -Sn >limit.txt
            """
        ])
        let result = try await machine.run("ulimit -Sn 77; exec flowctl run limits.yaml")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(machine.read("limit.txt") == "77\n")
    }

    @Test func endsAreSeenWhereTheStarterIgnoredThoseOfChildren() async throws {
        let machine = try Machine(["exit.yaml": "name: exit\nsteps:\n  - run: exit 3\n"])
        let result = try await machine.run("trap '' CHLD; exec flowctl run exit.yaml")
        #expect(result.exit == 1)
        #expect(result.errors.contains("the command exited with 3"), "\(result.errors)")
    }

    @Test func childrenSeeNothingOfTheStateDatabase() async throws {
        let machine = try Machine([
            "open.yaml": """
            name: open
            steps:
              - { id: open, run: "ls -l /proc/$$/fd; :" }
            outputs: { open: "${{ steps.open.output.stdout }}" }
            """
        ])
        // Standard input is closed, so that its number is free for something else.
        let result = try await machine.run("exec flowctl run open.yaml <&-")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(!result.output.contains("state.db"), "\(result.output)")
        #expect(result.output.contains("/dev/null"), "\(result.output)")
        #expect(result.output.split(separator: "pipe:").count == 3, "\(result.output)")
    }

    /// What is opened later would else get the numbers of standard streams, and what is printed with them.
    @Test func closedStandardStreamsAreOccupied() async throws {
        let machine = try Machine(["pid": ""])
        // One that waits for room in a pipe can be looked at. What knows secrets can't be, but the version is none.
        let result = try await machine.run(
            """
            sh -c 'echo $$ >pid; head -c 65536 /dev/zero; exec flowctl --version <&- 2>&-' | {
              for turn in $(seq 300); do
                read pid <pid && case $(readlink /proc/$pid/exe) in
                  */flowctl*) [ -n "$(readlink /proc/$pid/fd/0)" ] && break ;;
                esac
                sleep 0.1
              done
              readlink /proc/$pid/fd/0 /proc/$pid/fd/2
              cat >/dev/null
            }
            """)
        #expect(result.output == "/dev/null\n/dev/null\n", "\(result.errors)")
    }

    @Test func closedStandardStreamsKeepNoRunFromItsEnd() async throws {
        let machine = try Machine([
            "say.yaml": """
            name: say
            steps:
              - { id: one, run: echo done | tee said }
            outputs: { said: "${{ steps.one.output.stdout }}" }
            """
        ])
        let result = try await machine.run("exec flowctl run say.yaml <&- >&- 2>&-")
        #expect(result.exit == 0)
        #expect(machine.read("said") == "done\n")
    }

    @Test func whatAsksAtTheTerminalFailsAtOnce() async throws {
        let machine = try Machine([
            "ask.yaml": "name: ask\nsteps:\n  - run: read answer </dev/tty\n    continue_on_error: true\n"
                + "  - run: stty -echo </dev/tty\n"
        ])
        let session = try machine.terminal("setsid -cw flowctl run ask.yaml")
        try await session.see("/dev/tty: No such device or address")
        try await session.see("/dev/tty: No such device or address")
        #expect(try await session.finish() == 1)
    }
}
