import FlowCore
import FlowTestKit
import Glibc
import Testing

/// Tokens that end, are refused or taken back, with real processes and a provider that rotates them.
@Suite struct TokenRenewalTests {
    private func machine(_ provider: RotatingProvider, login: String? = nil) async throws -> Machine {
        let machine = try Machine([
            "one.yaml": """
            name: one
            steps:
              - { id: ask, uses: http.request, credential: work, with: { url: "\(provider.url)/api" } }
            """,
            "many.yaml": """
            name: many
            steps:
              - id: ask
                for_each: ${{ range(100) }}
                max_parallel: 10
                uses: http.request
                credential: work
                with: { url: "\(provider.url)/api" }
            """,
        ])
        let made = try await machine.run("flowctl vault init -q")
        #expect(made.exit == 0, "\(made.errors)")
        let added = try await machine.run("flowctl credentials import -", input: provider.document(of: login))
        #expect(added.exit == 0, "\(added.errors)")
        return machine
    }

    /// `make soak` asks for a hundred.
    private static let processes = getenv("REFRESH_PROCESSES").flatMap { Int(String(cString: $0)) } ?? 20

    @Test func manyProcessesAtOnceMakeOneRequest() async throws {
        let provider = try RotatingProvider()
        let machine = try await machine(provider)
        let running = try (0..<TokenRenewalTests.processes).map { _ in
            try machine.start("flowctl nodes run http.request --credential work url=\(provider.url)/api")
        }
        for process in running {
            let result = try await process.finish()
            #expect(result.exit == 0, "\(result.errors)")
        }
        #expect(provider.asked == 1)
        #expect(provider.served == TokenRenewalTests.processes)
        try machine.expectNoTrace(of: "refresh-fake-1")
        try machine.expectNoTrace(of: "access-fake-1")
    }

    @Test func aLongLoopWhoseTokenIsRefusedRenewsItOnce() async throws {
        let provider = try RotatingProvider()
        provider.endAccess()
        let machine = try await machine(provider, login: provider.login(expiresAt: "2099-01-01T00:00:00Z"))
        let result = try await machine.run("flowctl run many.yaml --trace trace.txt")
        #expect(result.exit == 0, "\(result.errors)")
        #expect(provider.asked == 1)
        #expect(provider.served == 100)
        #expect(provider.refused <= 10, "items that follow have the new token from the beginning")
        let logs = try await machine.run("flowctl runs logs latest")
        #expect(
            (logs.output + logs.errors).contains(
                "→ 401 (auth: 127.0.0.1 answered 401 Unauthorized: invalid_token) in "), "\(logs.output)")
        #expect((logs.output + logs.errors).contains("; token renewed, it follows once more"))
        #expect(machine.read("trace.txt").contains("> POST \(provider.url)/token"))
        try machine.expectNoTrace(of: "access-fake-1")
    }

    @Test func aGrantThatWasTakenBackSaysWhatRepairsIt() async throws {
        let provider = try RotatingProvider()
        let machine = try await machine(provider)
        provider.revoke()
        let first = try await machine.run("flowctl run one.yaml")
        #expect(
            first.errors.contains(
                """
                the grant of "work" has ended: 127.0.0.1 refused to renew the tokens: it was taken back (invalid_grant)
                  hint: run "flowctl credentials login work"
                """), "\(first.errors)")
        #expect(first.exit == 4)
        let second = try await machine.run("flowctl run one.yaml")
        // Known before anything runs.
        #expect(
            second.errors.contains(
                "error: the credential \"work\" is no longer valid: the service has refused it [unusable-credential]"),
            "\(second.errors)")
        #expect(second.errors.contains("hint: run \"flowctl credentials login work\""), "\(second.errors)")
        #expect(second.exit == 4)
        #expect(provider.asked == 1)
    }

    /// The disk is full before the provider has dropped anything.
    @Test func withoutRoomForAnAnswerNothingIsAskedFor() async throws {
        let provider = try RotatingProvider()
        let machine = try await machine(provider)
        let command = "flowctl nodes run http.request --credential work url=\(provider.url)/api"
        // In blocks of 512 bytes: less than an answer may take.
        let full = try await machine.run("ulimit -f 100; exec \(command)")
        #expect(
            full.errors.hasPrefix("error: the file \"\(machine.vault)-renewed-"), "\(full.errors)")
        #expect(
            full.errors.hasSuffix(
                """
                ", which keeps renewed tokens, can't be written: file too large
                  hint: check the folder it is in

                """), "\(full.errors)")
        #expect(provider.asked == 0)
        let next = try await machine.run(command)
        #expect(next.exit == 0, "\(next.errors)")
    }

    private static let canMount =
        system("unshare -Urm sh -c 'mount -t tmpfs none /tmp' >/dev/null 2>&1") == 0

    /// Runs the workflow where the vault's folder is mounted to be read.
    private func runOnReadOnlyVault(_ machine: Machine) async throws -> ChildProcess.Result {
        try machine.write(
            """
            folder=.local/share/flowctl
            mount --bind $folder $folder && mount -o remount,bind,ro $folder || exit 99
            flowctl run many.yaml
            """, to: "ro.sh")
        return try await machine.run("unshare -Urm sh ro.sh")
    }

    @Test(.enabled(if: canMount, "this machine lets nobody mount a file system of their own"))
    func aVaultThatCannotBeWrittenRenewsNothingThatWouldBeLost() async throws {
        let provider = try RotatingProvider()
        let machine = try await machine(provider)
        let result = try await runOnReadOnlyVault(machine)
        #expect(
            result.errors.contains(
                """
                the vault "\(machine.vault)" can't be written, and a renewed token of "work" would be lost
                  hint: make the vault and its folder writable
                """), "\(result.errors)")
        #expect(provider.asked == 0)
        #expect(try await machine.run("flowctl run many.yaml").exit == 0)
    }

    @Test(
        .enabled(if: canMount, "this machine lets nobody mount a file system of their own"), arguments: [false, true])
    func whatRotatesNoTokenIsRenewedThereForTheRunAlone(isMachine: Bool) async throws {
        let provider = try RotatingProvider(rotates: isMachine)
        let machine = try await machine(provider, login: isMachine ? provider.machine : provider.login())
        for run in 1...2 {
            let result = try await runOnReadOnlyVault(machine)
            #expect(result.exit == 0, "\(result.errors)")
            #expect(provider.asked == run)
        }
        #expect(provider.served == 200)
    }

    @Test func aDryRunRenewsNothing() async throws {
        let provider = try RotatingProvider()
        let machine = try await machine(provider)
        let result = try await machine.run("flowctl run one.yaml --dry-run && flowctl validate one.yaml")
        #expect(result.exit == 0, "\(result.errors)")
        let node = try await machine.run(
            "flowctl nodes run http.request --dry-run --credential work url=\(provider.url)/api")
        #expect(node.output == "GET \(provider.url)/api\nAuthorization: ***\n", "\(node.errors)")
        #expect(provider.asked == 0)
    }

    @Test func aDryRunNeedsNoFirstToken() async throws {
        let provider = try RotatingProvider()
        let machine = try await machine(provider, login: provider.machine)
        for command in ["run one.yaml", "nodes run http.request --credential work url=\(provider.url)/api"] {
            let result = try await machine.run("flowctl \(command) --dry-run")
            #expect(result.exit == 0, "\(result.errors)")
            #expect(result.output.contains("Authorization: ***"), "\(result.output)")
        }
        #expect(provider.asked == 0)
    }

    // MARK: Death

    /// Dies before the Nth call that changes a file of the vault's folder, as by kill -9; for every N.
    private static let shim = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <signal.h>
        #include <stdatomic.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/types.h>
        #include <unistd.h>

        static atomic_int count;

        static void step(const char *path) {
            const char *folder = getenv("DIE_IN"), *number = getenv("DIE_AT");
            if (!folder || !number || strncmp(path, folder, strlen(folder)) != 0) return;
            if (atomic_fetch_add(&count, 1) + 1 == atoi(number)) kill(getpid(), SIGKILL);
        }

        static void step_at(int descriptor) {
            char name[64], path[4096];
            snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
            ssize_t size = readlink(name, path, sizeof path - 1);
            if (size > 0) path[size] = 0, step(path);
        }

        #define CALL(result, name, types, ...) ((result(*) types)dlsym(RTLD_NEXT, #name))(__VA_ARGS__)
        #define ON_DESCRIPTOR(result, name, types, parameters, ...) \\
            result name parameters { step_at(fd); return CALL(result, name, types, __VA_ARGS__); }
        #define ON_PATH(name) \\
            int name(const char *path) { step(path); return CALL(int, name, (const char *), path); }

        ON_DESCRIPTOR(ssize_t, write, (int, const void *, size_t), (int fd, const void *b, size_t n), fd, b, n)
        ON_DESCRIPTOR(ssize_t, pwrite, (int, const void *, size_t, off_t),
                      (int fd, const void *b, size_t n, off_t o), fd, b, n, o)
        ON_DESCRIPTOR(ssize_t, pwrite64, (int, const void *, size_t, off_t),
                      (int fd, const void *b, size_t n, off_t o), fd, b, n, o)
        ON_DESCRIPTOR(int, fsync, (int), (int fd), fd)
        ON_DESCRIPTOR(int, fdatasync, (int), (int fd), fd)
        ON_DESCRIPTOR(int, ftruncate, (int, off_t), (int fd, off_t n), fd, n)
        ON_DESCRIPTOR(int, ftruncate64, (int, off_t), (int fd, off_t n), fd, n)
        ON_DESCRIPTOR(int, posix_fallocate, (int, off_t, off_t), (int fd, off_t o, off_t n), fd, o, n)
        ON_PATH(unlink)
        """

    private static let hasCompiler = system("command -v cc >/dev/null") == 0

    @Test(.enabled(if: hasCompiler, "needs a C compiler for the calls at which the process dies"))
    func deathAtAnyWriteOfTheVaultLosesNoToken() async throws {
        let provider = try RotatingProvider()
        let machine = try await machine(provider)
        try machine.write(TokenRenewalTests.shim, to: "die.c")
        let compiled = try await machine.run("cc -shared -fPIC -O1 -Wall -Werror -o die.so die.c")
        try #require(compiled.exit == 0, "\(compiled.errors)")
        let command = "flowctl nodes run http.request --credential work url=\(provider.url)/api"
        var deaths = 0
        for number in 1...200 {
            provider.endAccess()
            let result = try await machine.run(
                "exec \(command)",
                variables: [
                    "LD_PRELOAD": machine.home + "/die.so", "DIE_IN": machine.home + "/.local/share/flowctl",
                    "DIE_AT": String(number),
                ])
            if result.exit == 0 { break }
            deaths += 1
            #expect(result.exit == 128 + 9, "\(result.errors)")
            let next = try await machine.run(command)
            #expect(next.exit == 0, "after death at call \(number): \(next.errors)")
            #expect(!provider.isRevoked, "after death at call \(number)")
        }
        #expect(deaths > 12, "it must have died on the way")
        let listed = try await machine.run("flowctl credentials list")
        #expect(listed.exit == 0, "\(listed.errors)")
        let left = Folder.files(below: machine.home + "/.local/share/flowctl").filter { $0.contains("-renewed-") }
        #expect(left == [])
    }
}
