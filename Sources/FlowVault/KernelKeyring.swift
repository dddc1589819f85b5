import CKeyring
package import FlowCore
import FlowCrypto
import Glibc

/// Keeps keys for a time, for all processes of this user.
package protocol KeyKeeper: Sendable {
    /// - Throws: where they can't be kept.
    func keep(_ bytes: [UInt8], named name: String, seconds: UInt32) throws(Failure)

    /// nil where there are none of that name, or no more; the caller wipes them.
    func read(_ name: String) -> [UInt8]?

    /// - Returns: whether there were any.
    func forget(_ name: String) throws(Failure) -> Bool
}

/// The keyring that the kernel has for each user (keyrings(7)): nothing of it is ever on disk, and it ends with the
/// machine.
package struct KernelKeyring: KeyKeeper {
    package init() {}

    package func keep(_ bytes: [UInt8], named name: String, seconds: UInt32) throws(Failure) {
        let error = flow_keyring_keep(name, bytes, bytes.count, seconds)
        guard error == 0 else { throw KernelKeyring.failure(error) }
    }

    package func read(_ name: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 256)
        defer { wipe(&bytes) }
        let size = flow_keyring_read(name, &bytes, bytes.count)
        return size >= 0 && size <= bytes.count ? Array(bytes.prefix(size)) : nil
    }

    package func forget(_ name: String) throws(Failure) -> Bool {
        switch flow_keyring_forget(name) {
        case 0: return true
        case ENOKEY, EKEYEXPIRED, EKEYREVOKED: return false
        case let error: throw KernelKeyring.failure(error)
        }
    }

    static func failure(_ error: Int32) -> Failure {
        let reason = String(cString: strerror(error)).lowercased()
        if error == EDQUOT {
            return Failure(
                .invalid, "the kernel keeps no more keys for this user",
                hint: "look at /proc/keys, and take away what is not needed with keyctl(1)", code: "no_kernel_keyring")
        }
        return Failure(
            .permission, "the kernel keeps no keys for this process: \(reason)",
            hint: "use a key file or FLOWCTL_VAULT_KEY where it is forbidden, as in many containers",
            code: "no_kernel_keyring")
    }
}
