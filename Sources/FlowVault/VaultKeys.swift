package import FlowCore
package import FlowCrypto
import FlowStore
import Glibc
import Synchronization

/// What opens one of a vault's key slots.
package enum UnlockSecret: Sendable {
    case passphrase(SecretBytes)
    /// The path of a file that ``KeyFile`` made.
    case keyFile(path: String)
    /// 32 random bytes handed in from outside, such as `FLOWCTL_VAULT_KEY`.
    case key(SecretBytes)
    /// What the system keyring keeps.
    case keyring(SecretBytes)

    package static func passphrase(_ text: String) -> UnlockSecret { .passphrase(SecretBytes(text.utf8)) }

    /// A key as base64 text.
    ///
    /// - Parameter source: what the text comes from, for messages: `FLOWCTL_VAULT_KEY`.
    /// - Throws: `auth` where it is not 32 bytes in base64.
    package static func key(base64 text: String, source: String) throws(Failure) -> UnlockSecret {
        .key(try decodeKey(text, source: source))
    }

    static func decodeKey(_ text: String, source: String) throws(Failure) -> SecretBytes {
        guard var bytes = Base64.decode(text), bytes.count == AuthenticatedBox.keySize else {
            throw Failure(
                .auth, "\(source) does not hold a vault key", hint: "a vault key is 32 bytes in base64",
                code: "vault_key")
        }
        defer { wipe(&bytes) }
        return SecretBytes(bytes)
    }
}

/// A file with the key of a slot: 32 random bytes as one line of base64, kept apart from the vault.
package enum KeyFile {
    /// Makes a new key file with mode 0600, and missing folders with 0700.
    ///
    /// - Throws: `conflict` where the file exists, `permission` where it can't be made.
    package static func create(at path: String) throws(Failure) {
        var key = Random.bytes(AuthenticatedBox.keySize)
        defer { wipe(&key) }
        var text = Array((Base64.encode(key) + "\n").utf8)
        defer { wipe(&text) }
        try PrivateFile.createFolder(ParentFolder.of(path))
        // Under its name it is whole: half a key would be in the way of the next try.
        let part = ReplacedFile.beside(path, ".part-\(getpid())")
        try PrivateFile.write(text, to: part)
        defer { unlink(part) }
        guard KeyFile.name(part, path) else {
            if errno == EEXIST {
                throw Failure(
                    .conflict, "there is already a key file \"\(path)\"",
                    hint: "use it, or move it away if no vault needs it")
            }
            throw Failure(
                .permission, "the key file \"\(path)\" can't be made: \(lastErrorText)",
                hint: "check the folder it is in")
        }
        guard ParentFolder.sync(of: path) else {
            throw Failure(
                .invalid, "the key file \"\(path)\" can't be written: \(lastErrorText)", hint: "check the disk")
        }
    }

    /// Gives a file a name that nothing has.
    private static func name(_ part: String, _ path: String) -> Bool {
        if link(part, path) == 0 { return true }
        // Disks such as those of cameras know no second names.
        guard errno == EPERM || errno == ENOTSUP, !PrivateFile.exists(path) else { return false }
        return rename(part, path) == 0
    }

    /// - Throws: `auth` where the file is missing or holds no key, `permission` where others may read it or replace it.
    package static func read(_ path: String) throws(Failure) -> SecretBytes {
        // A pipe that nobody writes to would be waited for for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let isMissing = errno == ENOENT
            throw Failure(
                .auth,
                isMissing
                    ? "there is no key file \"\(path)\"" : "the key file \"\(path)\" can't be read: \(lastErrorText)",
                hint: "check the path of the key file", code: "key_file")
        }
        defer { close(descriptor) }
        if let objection = ReplacedFile.objection(to: path) {
            throw Failure(
                .auth, "the key file \"\(path)\" can't be read: \(objection.rawValue)",
                hint: "give the path of a file, or the key itself in FLOWCTL_VAULT_KEY", code: "key_file")
        }
        try PrivateFile.require(path, "file", mode: 0o600)
        // The folder of the configuration may be read by all, but who may write there could swap the file.
        try PrivateFile.require(ParentFolder.of(path), "folder", mode: 0o755)
        var buffer = [UInt8](repeating: 0, count: 4096)
        defer { wipe(&buffer) }
        let count = SystemCall.read(descriptor, into: &buffer)
        var text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        while text.last?.isWhitespace == true { text.removeLast() }
        return try UnlockSecret.decodeKey(text, source: "the key file \"\(path)\"")
    }

    /// - Throws: as ``read(_:)``.
    package static func check(_ path: String) throws(Failure) { _ = try read(path) }

    private static var lastErrorText: String { String(cString: strerror(errno)).lowercased() }
}

/// The ways to unlock a vault that the caller can offer, tried in the order of the members.
package struct VaultKeys: Sendable {
    /// The value of `FLOWCTL_VAULT_KEY`. Where it is given it must fit: nothing else is tried.
    package var environmentKey: String?
    /// The path of the key file; where there is no file the next way is tried.
    package var keyFile: String?
    /// Where the data key of an unlocked vault may be.
    package var keeper: (any KeyKeeper)?
    /// Where the key of a slot for the system keyring is; nil where it is not looked for.
    package var keyring: (any SecretService)?
    /// Asks for the passphrase; nil where nobody can be asked. Called once, and only where a slot takes one.
    package var askPassphrase: (@Sendable () throws -> String)?

    package init(
        environmentKey: String? = nil, keyFile: String? = nil, keeper: (any KeyKeeper)? = nil,
        keyring: (any SecretService)? = nil,
        askPassphrase: (@Sendable () throws -> String)? = nil
    ) {
        self.environmentKey = environmentKey
        self.keyFile = keyFile
        self.keeper = keeper
        self.keyring = keyring
        self.askPassphrase = askPassphrase
    }

    /// These ways, but the passphrase is asked for once, and its answer given again after that.
    var askingOnce: VaultKeys {
        guard let askPassphrase else { return self }
        var keys = self
        let answer = Mutex<String?>(nil)
        keys.askPassphrase = {
            try answer.withLock { answer in
                let given = try answer ?? askPassphrase()
                answer = given
                return given
            }
        }
        return keys
    }

    enum Way {
        case secret(UnlockSecret)
        case kept(KeptKey)
    }

    /// The first way that is open.
    ///
    /// - Throws: `auth` where none is.
    func way(into header: VaultHeader, at path: String) throws(Failure) -> Way {
        let kinds = Set(header.slots.map(\.kind))
        if let environmentKey {
            return .secret(try .key(base64: environmentKey, source: "FLOWCTL_VAULT_KEY"))
        }
        if let keyFile, kinds.contains(.keyFile), PrivateFile.exists(keyFile) {
            return .secret(.keyFile(path: keyFile))
        }
        if let keeper, let key = KeptKey(header, in: keeper) { return .kept(key) }
        var obstacle: Failure?
        if let keyring, kinds.contains(.keyring) {
            do throws(Failure) {
                if let secret = try secret(in: keyring, for: header) { return .secret(secret) }
            } catch {
                obstacle = error
            }
        }
        if let askPassphrase, kinds.contains(.passphrase) {
            do { return .secret(.passphrase(try askPassphrase())) } catch { throw Failure(error) }
        }
        let wanted = [
            kinds.contains(.keyFile) ? keyFile.map { "put its key file at \($0)" } : nil, obstacle?.hint,
            kinds.contains(.passphrase) ? "run it in a terminal, or \"flowctl vault unlock\" there first" : nil,
            kinds.contains(.key) ? "set FLOWCTL_VAULT_KEY" : nil,
        ].compactMap(\.self)
        throw Failure(
            .auth, "the vault \"\(path)\" is locked" + (obstacle.map { "; \($0.message)" } ?? ""),
            hint: wanted.isEmpty ? "give its key file" : wanted.joined(separator: ", or "), code: "vault_locked")
    }

    /// What the keyring has for one of the slots; nil where that is nothing, or of slots that are no more.
    private func secret(in keyring: any SecretService, for header: VaultHeader) throws(Failure) -> UnlockSecret? {
        guard let key = try keyring.key(of: header.vaultID, asks: askPassphrase != nil) else { return nil }
        let secret = UnlockSecret.keyring(key)
        for slot in header.slots where slot.kind == .keyring {
            if try slot.unwrap(secret, vaultID: header.vaultID) != nil { return secret }
        }
        return nil
    }
}
