import FlowCore
import Glibc

/// A real server for tests, run by its script in `scripts/services` with a fresh folder and free ports of 127.0.0.1.
///
/// It is started by the first use and ends with the test process, however that ends; nothing of it stays behind. What
/// several tests share is a `static let`; a test that stops or restarts its server makes one of its own.
///
///     @Suite(.enabled(if: TestService.isThere("postgresql"), TestService.advice)) struct …
///     static let server = TestService("postgresql", endedBy: SIGQUIT)
///     let port = try await Self.server.start().port
///
/// What a script promises: `NAME FOLDER PORT` runs the server in the foreground, as the process it was started as, and
/// makes the file `FOLDER/ready` once it answers; a folder with data from an earlier start is used as it is. Started as
/// root, it gives the rights up where the server wants that. `NAME --check` succeeds where the server is installed.
package actor TestService {
    package struct Place: Sendable {
        /// The first of its ports.
        package let port: Int
        package let folder: String
    }

    private struct Running {
        let process: ChildProcess.Running
        /// The end of a pipe that closes with this process, and has the server ended then.
        let alive: Int32
    }

    private let name: String
    private let ports: Int
    private let signal: Int32
    private var place: Place?
    private var running: Running?
    private var starting: Task<Place, any Error>?

    /// - Parameters:
    ///   - ports: how many in a row it takes.
    ///   - signal: what ends it quickly, whatever its clients do.
    package init(_ name: String, ports: Int = 1, endedBy signal: Int32 = SIGTERM) {
        self.name = name
        self.ports = ports
        self.signal = signal
    }

    deinit {
        if let running { close(running.alive) }
    }

    /// Where it runs; it has answered.
    package func start() async throws -> Place {
        if let starting { return try await starting.value }
        let task = Task { try await launch() }
        starting = task
        return try await task.value
    }

    /// Ends it with a signal, and waits until it is gone; its data stay.
    package func stop(by signal: Int32? = nil) async throws {
        guard let running, let place else { return }
        running.process.signal(signal ?? self.signal)
        _ = try await running.process.finish(limit: 30)
        // The one that watches for the end of this process.
        kill(-running.process.pid, SIGKILL)
        close(running.alive)
        self.running = nil
        starting = nil
        Folder.delete(place.folder + "/ready")
    }

    /// Ends it for good, with its folder.
    package func end() async throws {
        try await stop()
        if let place { Folder.delete(place.folder) }
        place = nil
    }

    private func launch() async throws -> Place {
        let place = try place ?? Place(port: FreePorts.find(ports), folder: Folder.temporary())
        self.place = place
        // The server may give up the rights of root, and must get into its folder then.
        chmod(place.folder, 0o755)
        let pipe = place.folder + "/alive"
        unlink(pipe)
        guard mkfifo(pipe, 0o600) == 0 else { throw Failure(.internal, "can't make the pipe \(pipe)") }
        let alive = open(pipe, O_RDWR | O_CLOEXEC)
        guard alive >= 0 else { throw Failure(.internal, "can't open the pipe \(pipe)") }
        let process = try ChildProcess(
            command: Self.command(name, place, signal),
            environment: ["PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"],
            workingDirectory: Self.root, scratch: place.folder
        ).start()
        running = Running(process: process, alive: alive)
        for _ in 0..<1200 {
            if Folder.exists(place.folder + "/ready") { return place }
            if process.hasEnded { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure(.internal, "\(name) did not start: \(process.errorsSoFar.suffix(2000))")
    }

    /// Runs the script, and beside it what waits for the end of this process, then ends the server and tidies up.
    private static func command(_ name: String, _ place: Place, _ signal: Int32) -> String {
        """
        folder='\(place.folder)'
        ( read -r _ <"$folder/alive"
          kill -\(signal) $$
          for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do kill -0 $$ || break; sleep 0.2; done
          kill -9 $$
          rm -rf "$folder" ) 2>/dev/null &
        exec scripts/services/\(name) "$folder" \(place.port)
        """
    }

    private static let root: String = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast(4).joined(separator: "/")
    }()
}

extension TestService {
    /// What to do about tests that were skipped.
    package static let advice =
        "run \"make test\" without SERVICES=none, or \"scripts/bootstrap tests\" for the servers"

    /// Whether SERVICES says that tests do without servers.
    package static let areLeftOut = getenv("SERVICES").map { String(cString: $0) } == "none"

    /// Whether tests are to use it: it is installed, and not left out.
    package static func isThere(_ name: String) -> Bool {
        !areLeftOut && system("'\(root)/scripts/services/\(name)' --check >/dev/null 2>&1") == 0
    }
}
