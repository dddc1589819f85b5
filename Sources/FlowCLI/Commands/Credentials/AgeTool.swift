import FlowCore
import FlowNodes
import FlowSpec

/// The program `age`, which seals to public keys and opens with private ones (age-encryption.org).
///
/// What is secret goes through pipes, never into arguments, variables or files.
struct AgeTool {
    private let runner: any ProcessRunner
    private let environment: [String: String]
    private let workingDirectory: String

    init(_ session: Session, runner: any ProcessRunner = PosixProcessRunner()) {
        self.runner = runner
        environment = session.environment.filter { ["PATH", "HOME", "LANG", "TERM", "TMPDIR"].contains($0.key) }
        workingDirectory = session.workingDirectory
    }

    /// Whether bytes are a file of age, as bytes or as text.
    static func isSealed(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: "age-encryption.org/".utf8) || bytes.starts(with: "-----BEGIN AGE ENCRYPTED FILE-----".utf8)
    }

    /// - Throws: an `Exit` of status `usage` where a recipient can't be one.
    static func check(recipient: String) throws {
        if recipient.uppercased().hasPrefix("AGE-SECRET-KEY-") {
            throw Exit.usage(
                "that recipient is a secret key", hint: "give the public key, which begins with age1; make a new pair")
        }
        let isKey =
            recipient.hasPrefix("age1")
            && recipient.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) }
        guard isKey || recipient.hasPrefix("ssh-ed25519 ") || recipient.hasPrefix("ssh-rsa ") else {
            throw Exit.usage(
                "\"\(recipient)\" is no recipient",
                hint: "give a public key of age (age1…) or of ssh (\"ssh-ed25519 …\"), or a file of them with --to-file"
            )
        }
    }

    /// - Parameter files: with a recipient on each line.
    /// - Returns: text that `age -d` opens.
    func seal(_ plain: [UInt8], to recipients: [String], files: [String]) async throws -> [UInt8] {
        try await run(
            ["--armor"] + recipients.flatMap { ["--recipient", $0] } + files.flatMap { ["--recipients-file", $0] },
            plain, "seal the credentials")
    }

    /// - Parameter identities: files with private keys of age or ssh.
    func open(_ sealed: [UInt8], identities: [String]) async throws -> [UInt8] {
        try await run(["--decrypt"] + identities.flatMap { ["--identity", $0] }, sealed, "open the file")
    }

    private func run(_ arguments: [String], _ input: [UInt8], _ doing: String) async throws -> [UInt8] {
        let result: ProcessResult
        do {
            result = try await runner.run(
                ProcessCommand(
                    ["age"] + arguments, environment: environment, workingDirectory: workingDirectory, input: input,
                    timeout: .seconds(60), outputLimit: Session.inputLimit))
        } catch let failure as Failure where failure.kind == .notFound {
            throw Failure(
                .notFound, "the program age is not there, which seals credentials for others",
                hint: "install it: apt install age, or see https://age-encryption.org", code: "no_age")
        }
        guard result.exitCode == 0 else {
            let line =
                String(decoding: result.stderr, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
            let reason = line.hasPrefix("age: error: ") ? String(line.dropFirst(12)) : line
            throw Failure(
                .invalid, "age could not \(doing): \(terminalSafe(reason))",
                hint: "check the keys that were given", code: "age")
        }
        return result.stdout
    }
}
