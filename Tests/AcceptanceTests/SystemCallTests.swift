import FlowCore
import FlowTestKit
import Glibc
import Testing

private let hasCompiler = system("command -v cc >/dev/null") == 0

/// What flowctl asks of the system, and what it does where the system takes its time: seen by libraries that stand before
/// libc.
@Suite(.serialized, .enabled(if: hasCompiler, "needs a C compiler for what stands between flowctl and the system"))
struct SystemCallTests {
    /// A machine whose flowctl runs with `shim`, C code, before libc.
    private func machine(_ shim: String, _ files: [String: String]) async throws -> Machine {
        let machine = try Machine(files)
        try machine.write(shim, to: "shim.c")
        let compiled = try await machine.run("cc -shared -fPIC -O1 -Wall -Werror -o shim.so shim.c")
        try #require(compiled.exit == 0, "\(compiled.errors)")
        return machine
    }

    /// The system's own lookup can't be ended before it ends by itself, and must hold up neither the requests to other
    /// hosts nor the end of the process.
    @Test func nameThatTakesLongToBeFoundHoldsNothingUp() async throws {
        let server = try FaultServer { _ in .text("x") }
        let shim = """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <netdb.h>
            #include <string.h>
            #include <unistd.h>

            int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **found) {
                if (host && !strcmp(host, "slow.example")) return sleep(20), EAI_AGAIN;
                return ((int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))
                    dlsym(RTLD_NEXT, "getaddrinfo"))(host, port, hints, found);
            }
            """
        let machine = try await machine(
            shim,
            [
                "names.yaml": """
                name: names
                steps:
                  - parallel:
                      - id: slow
                        uses: http.request
                        continue_on_error: true
                        with: { url: "http://slow.example/", connect_timeout: 300ms }
                        retry: { max: 0 }
                      - id: quick
                        for_each: ${{ range(30) }}
                        max_parallel: 1
                        uses: http.request
                        with: { url: "\(server.url)/" }
                """
            ])
        let start = ContinuousClock.now
        let result = try await machine.run(
            "flowctl run names.yaml", variables: ["LD_PRELOAD": machine.home + "/shim.so"])
        #expect(ContinuousClock.now - start < .seconds(15))
        #expect(result.errors.contains("could not connect to slow.example within 300"), "\(result.errors)")
        #expect(server.requests.count == 30)
    }

    /// A hundred requests at once are not two hundred queries, which many a resolver doesn't take.
    @Test func nameIsLookedUpOnce() async throws {
        let server = try FaultServer { _ in .text("x") }
        let shim = """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <netdb.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <string.h>
            #include <unistd.h>

            int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **found) {
                if (host && !strcmp(host, "many.example")) {
                    FILE *log = fopen(getenv("CALLS"), "a");
                    if (log) fprintf(log, "x"), fclose(log);
                    usleep(100000);
                    host = "127.0.0.1";
                }
                return ((int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))
                    dlsym(RTLD_NEXT, "getaddrinfo"))(host, port, hints, found);
            }
            """
        let url = server.url.replacing("127.0.0.1", with: "many.example")
        let machine = try await machine(
            shim,
            [
                "many.yaml": """
                name: many
                steps:
                  - id: many
                    for_each: ${{ range(60) }}
                    max_parallel: 60
                    uses: http.request
                    with: { url: "\(url)/" }
                  - { id: one, uses: http.request, with: { url: "\(url)/" } }
                """
            ])
        let result = try await machine.run(
            "flowctl run many.yaml",
            variables: ["LD_PRELOAD": machine.home + "/shim.so", "CALLS": machine.home + "/calls"])
        #expect(result.exit == 0, "\(result.errors)")
        #expect(server.requests.count == 61)
        #expect(machine.read("calls") == "x")
    }

    /// Where the process may open no more files, that says nothing about the server.
    @Test func requestsWaitForThoseThatHaveASocket() async throws {
        let server = try FaultServer { _ in
            usleep(20000)
            return .text("x")
        }
        let shim = """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <errno.h>
            #include <stdatomic.h>
            #include <sys/socket.h>

            static atomic_int count;
            static atomic_char is_counted[65536];

            int socket(int family, int type, int protocol) {
                if (family == AF_INET && count >= 4) return errno = EMFILE, -1;
                int made = ((int (*)(int, int, int))dlsym(RTLD_NEXT, "socket"))(family, type, protocol);
                if (family == AF_INET && made >= 0) count += is_counted[made] = 1;
                return made;
            }

            int close(int descriptor) {
                if (descriptor >= 0 && is_counted[descriptor]) count -= 1 + (is_counted[descriptor] = 0);
                return ((int (*)(int))dlsym(RTLD_NEXT, "close"))(descriptor);
            }
            """
        let machine = try await machine(
            shim,
            [
                "many.yaml": """
                name: many
                steps:
                  - id: many
                    for_each: ${{ range(60) }}
                    max_parallel: 30
                    uses: http.request
                    with: { url: "\(server.url)/" }
                    retry: { max: 0 }
                """
            ])
        let result = try await machine.run(
            "flowctl run many.yaml", variables: ["LD_PRELOAD": machine.home + "/shim.so"])
        #expect(result.exit == 0, "\(result.errors)")
        #expect(server.requests.count == 60)
        #expect((1...4).contains(server.connectionCount))
    }

    /// Else a power cut may take away what a step that has ended left behind.
    @Test func namesOfWrittenFilesAreBroughtToDisk() async throws {
        let server = try FaultServer { _ in .text("new") }
        let shim = """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <string.h>
            #include <unistd.h>

            static void tell(const char *what, const char *path) {
                const char *data = strstr(path, "/data");
                FILE *log = data ? fopen(getenv("CALLS"), "a") : NULL;
                if (log) fprintf(log, "%s %s\\n", what, data), fclose(log);
            }

            int fsync(int descriptor) {
                char name[64], path[4096];
                snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
                ssize_t size = readlink(name, path, sizeof path - 1);
                if (size > 0) path[size] = 0, tell("sync", path);
                return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(descriptor);
            }

            int rename(const char *from, const char *to) {
                tell("rename", to);
                return ((int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename"))(from, to);
            }
            """
        let machine = try await machine(
            shim,
            [
                "files.yaml": """
                name: files
                steps:
                  - { id: down, uses: http.request, with: { url: "\(server.url)/", to: data/down.txt } }
                  - { id: write, uses: files.write, with: { path: data/own.txt, content: x } }
                """
            ])
        let result = try await machine.run(
            "flowctl run files.yaml",
            variables: ["LD_PRELOAD": machine.home + "/shim.so", "CALLS": machine.home + "/calls"])
        #expect(result.exit == 0, "\(result.errors)")
        let calls = machine.read("calls").split(separator: "\n").map(String.init)
        let down = ["sync /data/down.txt.part-flowctl", "rename /data/down.txt", "sync /data"]
        #expect(Array(calls.prefix(3)) == down)
        #expect(calls.count == 6)
        #expect(calls.dropFirst(3).first?.hasPrefix("sync /data/own.txt.") ?? false)
        #expect(Array(calls.suffix(2)) == ["rename /data/own.txt", "sync /data"])
    }

    /// libcurl would ask the folder of the system's authorities, here another one, beside the file.
    @Test func authoritiesOfAFileStandInPlaceOfTheSystems() async throws {
        let shim = """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <string.h>
            #include <sys/stat.h>

            static const char *elsewhere(const char *path) {
                static const char system[] = "/etc/ssl/certs/";
                static __thread char other[4096];
                // libcurl reads the file of them all first.
                if (!path || strncmp(path, system, sizeof system - 1) || strstr(path, ".crt")) return path;
                snprintf(other, sizeof other, "%s/%s", getenv("AUTHORITIES"), path + sizeof system - 1);
                return other;
            }

            int stat(const char *restrict path, struct stat *restrict status) {
                return ((int (*)(const char *, struct stat *))dlsym(RTLD_NEXT, "stat"))(elsewhere(path), status);
            }

            FILE *fopen(const char *restrict path, const char *restrict mode) {
                return ((FILE * (*)(const char *, const char *))dlsym(RTLD_NEXT, "fopen"))(elsewhere(path), mode);
            }

            FILE *fopen64(const char *restrict path, const char *restrict mode) {
                return ((FILE * (*)(const char *, const char *))dlsym(RTLD_NEXT, "fopen64"))(elsewhere(path), mode);
            }
            """
        let port = try FreePorts.find(1)
        let machine = try await machine(
            shim,
            [
                "own.yaml": """
                name: own
                steps:
                  - uses: http.request
                    with: { url: "https://localhost:\(port)/", ca_file: other.pem }
                    retry: { max: 0 }
                """,
                "systems.yaml": """
                name: systems
                steps: [{ uses: http.request, with: { url: "https://localhost:\(port)/" } }]
                """,
            ])
        let command = """
            for name in server other; do
                openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=$name \
                    -addext subjectAltName=DNS:localhost -keyout $name.key -out $name.pem 2>/dev/null
            done
            mkdir authorities
            cp server.pem authorities/$(openssl x509 -hash -noout -in server.pem).0
            openssl s_server -accept 127.0.0.1:\(port) -cert server.pem -key server.key -www >server.log 2>&1 &
            until grep -q ACCEPT server.log; do sleep 0.05; done
            LD_PRELOAD=$PWD/shim.so flowctl run systems.yaml >&2 && echo trusted
            LD_PRELOAD=$PWD/shim.so flowctl run own.yaml
            kill $!
            """
        let result = try await machine.run(command, variables: ["AUTHORITIES": machine.home + "/authorities"])
        #expect(result.output.contains("trusted"), "\(result.errors)")
        #expect(
            result.errors.contains("the certificate of localhost:\(port) is not trusted"), "\(result.errors)")
    }

    /// What is repeated hangs on what came to libcurl later.
    @Test func libraryThatIsTooOld() async throws {
        let names = [
            "easy_init", "easy_cleanup", "easy_reset", "easy_perform", "easy_send", "easy_recv", "easy_strerror",
            "free",
            "global_init", "multi_init", "multi_cleanup", "multi_add_handle", "multi_remove_handle", "multi_perform",
            "multi_poll", "multi_info_read", "share_init", "share_cleanup", "slist_append", "slist_free_all", "url",
            "url_cleanup", "url_get", "url_set", "easy_setopt", "easy_getinfo", "multi_setopt", "share_setopt",
        ]
        let library = """
            struct info { int age; const char *version; unsigned number; };
            static struct info old = {0, "7.74.0", 0x074a00};
            struct info *curl_version_info(int age) { (void)age; return &old; }

            """ + names.map { "void curl_\($0)(void) {}\n" }.joined()
        let machine = try await machine(
            library,
            [
                "one.yaml": """
                name: one
                steps: [{ uses: http.request, with: { url: "http://127.0.0.1:1/" } }]
                """
            ])
        let result = try await machine.run(
            "mv shim.so libcurl.so.4; flowctl run one.yaml", variables: ["LD_LIBRARY_PATH": machine.home])
        #expect(result.exit != 0)
        #expect(
            result.errors.contains(
                "no request can be sent: the library libcurl.so.4 is version 7.74.0, and 7.80.0 or newer is needed"),
            "\(result.errors)")
    }
}
