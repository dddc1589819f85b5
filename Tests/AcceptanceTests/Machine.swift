import FlowCore
import FlowTestKit
import Glibc
import Testing

/// A user's machine: a home folder of its own, an environment, and the flowctl that was just built.
///
///     let machine = try Machine(["hello.yaml": "name: hello\n…"])
///     let result = try await machine.run("flowctl run hello.yaml")
///     #expect(result.exit == 0)
///
/// Its files are deleted with it, which Swift may do after its last use: ``run(_:input:limit:)`` and the others use it.
final class Machine: Sendable {
    /// HOME and working directory.
    let home: String
    private let scratch: String
    private let variables: [String: String]

    /// - Parameters:
    ///   - files: texts by their paths below the home folder.
    ///   - variables: added to the environment.
    init(_ files: [String: String] = [:], variables: [String: String] = [:]) throws {
        home = try Folder.temporary()
        scratch = try Folder.temporary()
        self.variables = variables
        for (name, text) in files { try write(text, to: name) }
    }

    deinit {
        Folder.delete(home)
        Folder.delete(scratch)
    }

    var stateFolder: String { home + "/.local/state/flowctl" }
    var vault: String { home + "/.local/share/flowctl/vault.db" }
    var keyFile: String { home + "/.config/flowctl/vault.key" }

    /// Runs a line of shell in the home folder.
    ///
    /// - Parameter limit: seconds after which it is killed.
    func run(
        _ command: String, input: String = "", variables: [String: String] = [:], limit: Int = 60
    ) async throws -> ChildProcess.Result {
        try await child(command, variables).run(input: input, limit: limit)
    }

    /// Starts one command of the shell in place of the shell, so that signals reach it.
    func start(_ command: String, variables: [String: String] = [:]) throws -> ChildProcess.Running {
        try child("exec " + command, variables).start()
    }

    /// Starts one command on a terminal.
    func terminal(_ command: String, variables: [String: String] = [:]) throws -> TerminalSession {
        try child("exec " + command, variables.merging(["TERM": "vt100"]) { given, _ in given }).startOnTerminal()
    }

    func write(_ text: String, to name: String) throws { try Folder.write(text, to: "\(home)/\(name)") }

    /// Empty where there is no such file.
    func read(_ name: String) -> String { (try? Folder.read("\(home)/\(name)")) ?? "" }

    /// A vault with a key file and these credentials, whose secrets may go to `server` alone.
    func makeVault(_ credentials: [(name: String, type: String, secret: String)], for server: String) async throws {
        let made = try await run("flowctl vault init -q")
        #expect(made.exit == 0, "\(made.errors)")
        for credential in credentials {
            let added = try await run(
                "flowctl credentials add \(credential.name) --type \(credential.type) --host \(server) --from -",
                input: credential.secret + "\n")
            #expect(added.exit == 0, "\(added.errors)")
        }
    }

    /// Fails where a secret stands in a file of the machine or in what a process wrote: as it is, as base64 at any place
    /// of a longer text, or escaped for URLs, JSON or XML.
    ///
    /// - Parameter part: how many bytes of its beginning or end count as the secret; all of it if left out.
    func expectNoTrace(
        of secret: String, partsOf part: Int? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let parts = part.map { [String(secret.prefix($0)), String(secret.suffix($0))] } ?? [secret]
        let forms = Set(parts.flatMap(Machine.forms)).map { Array($0.utf8) }
        for path in Folder.files(below: home) + Folder.files(below: scratch) {
            // What was typed in stands in the files that stood for the keyboard.
            if path.hasSuffix(".in") { continue }
            let bytes = try Folder.bytes(of: path)
            for form in forms {
                guard let found = bytes.firstRange(of: form) else { continue }
                let around = bytes[max(0, found.lowerBound - 60)..<min(bytes.count, found.upperBound + 20)]
                Issue.record(
                    "the secret stands in \(path): \(String(decoding: around, as: UTF8.self))",
                    sourceLocation: sourceLocation)
            }
        }
    }

    private static func forms(of secret: String) -> [String] {
        var forms = [secret, PercentEncoding.encode(secret), String(JSON.quoted(secret).dropFirst().dropLast())]
        for shift in 0..<3 {
            let encoded = Base64.encode(Array(repeating: 0, count: shift) + Array(secret.utf8)).prefix { $0 != "=" }
            // The first digits and the last depend on what stands around the secret.
            forms.append(String(encoded.dropFirst(shift == 0 ? 0 : shift + 1).dropLast()))
        }
        return forms
    }

    private func child(_ command: String, _ variables: [String: String]) -> ChildProcess {
        var environment = [
            "PATH": "\(ChildProcess.binaryFolder):/usr/bin:/bin", "HOME": home, "LANG": "C.UTF-8", "TZ": "UTC",
            "SWIFT_BACKTRACE": "enable=no",
        ]
        environment.merge(self.variables) { $1 }
        environment.merge(variables) { $1 }
        return ChildProcess(
            command: command, environment: environment.map { "\($0.key)=\($0.value)" }, workingDirectory: home,
            scratch: scratch)
    }
}

extension ChildProcess.Result {
    /// The id in the line that says how to resume.
    var runID: String? { errors.firstMatch(of: /flowctl resume ([0-9a-z]+)/).map { String($0.1) } }
}
