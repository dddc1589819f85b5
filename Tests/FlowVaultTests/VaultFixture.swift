import FlowCore
import FlowCrypto
import FlowSpec
import FlowTestKit
import FlowVault
import Glibc

/// A vault in a folder of its own, with a key that opens it without a slow derivation.
struct VaultFixture {
    static let key = SecretBytes([UInt8](repeating: 0x42, count: 32))
    static let cheap = ScryptCost(n: 16)

    let folder = TemporaryFolder()
    let clock = ManualClock()

    var path: String { folder.file("data/vault.db") }

    func create(_ secret: UnlockSecret = .key(key)) throws -> VaultFile {
        try VaultFile.create(at: path, unlock: secret, cost: VaultFixture.cheap, clock: clock)
    }

    func open(_ secret: UnlockSecret = .key(key)) throws -> VaultFile {
        try VaultFile.open(path, unlock: secret, clock: clock)
    }

    /// Files beside the vault that hold renewed tokens.
    var renewedFiles: [String] {
        guard let folder = opendir(self.folder.file("data")) else { return [] }
        defer { closedir(folder) }
        var paths: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.contains("-renewed-") { paths.append(self.folder.file("data/" + name)) }
        }
        return paths.sorted()
    }

    /// A lock that stands for another process which renews every credential.
    struct ForeignLock {
        let descriptor: Int32

        func release() {
            // A child that another test is starting has the open file, too.
            var range = flock()
            range.l_type = Int16(F_UNLCK)
            _ = fcntl(descriptor, 37, &range)
            close(descriptor)
        }
    }

    func holdEveryLock() throws -> ForeignLock {
        let descriptor = Glibc.open(path + "-lock", O_RDWR | O_CREAT, 0o600)
        var range = flock()
        range.l_type = Int16(F_WRLCK)
        // F_OFD_SETLK
        guard descriptor >= 0, fcntl(descriptor, 37, &range) == 0 else {
            throw Failure(.internal, "the lock is taken")
        }
        return ForeignLock(descriptor: descriptor)
    }

    static func bearer(_ name: String, token: String = "fake-token-canary") -> CredentialRecord {
        CredentialRecord(
            name: name, type: "bearer",
            fields: ValueMap([("token", .secret(.string(token))), ("note", "not secret")]))
    }

    static func oauth(_ name: String) -> CredentialRecord {
        CredentialRecord(
            name: name, type: "oauth2", service: "slack",
            fields: ValueMap([
                ("access_token", .secret("fake-access-canary")), ("refresh_token", .secret("fake-refresh-canary")),
                ("expires_at", "2030-01-31T09:00:00Z"), ("scopes", "chat:write files:write"),
                ("client_id", "client-1"),
            ]))
    }

    /// The credential whose fields every kind of row holds.
    static func full(_ name: String) -> CredentialRecord {
        var record = oauth(name)
        record.origins = [Origin("https://slack.com"), Origin("http://127.0.0.1:8080")].reduce(into: []) {
            if let origin = $1 { $0.insert(origin) }
        }
        record.workflows = ["nightly", "release"]
        return record
    }
}

func readBytes(_ path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    defer { close(descriptor) }
    var info = stat()
    fstat(descriptor, &info)
    var bytes = [UInt8](repeating: 0, count: Int(info.st_size))
    let count = read(descriptor, &bytes, bytes.count)
    return Array(bytes.prefix(max(0, count)))
}

func writeBytes(_ bytes: [UInt8], to path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    defer { close(descriptor) }
    _ = write(descriptor, bytes, bytes.count)
}
