import CSecret
package import FlowCore
package import FlowCrypto
import Glibc

/// Keeps the key of a vault's slot where the user's session keeps secrets.
package protocol SecretService: Sendable {
    /// The key that is kept for a vault; nil where there is none.
    ///
    /// - Parameter asks: whether the user may be asked to unlock the service.
    /// - Throws: `auth` where it can't be reached or is locked.
    func key(of vaultID: String, asks: Bool) throws(Failure) -> SecretBytes?

    /// - Parameter label: what the service shows to the user.
    func store(_ key: SecretBytes, of vaultID: String, label: String) throws(Failure)
    func delete(of vaultID: String) throws(Failure)
}

/// The keyring of the desktop: GNOME's, KDE's KWallet, KeePassXC and others, by the Secret Service of freedesktop.org.
package struct SystemKeyring: SecretService {
    package init() {}

    package func key(of vaultID: String, asks: Bool) throws(Failure) -> SecretBytes? {
        var text: UnsafeMutablePointer<CChar>?
        var problem: UnsafeMutablePointer<CChar>?
        let result = flow_secret_lookup(vaultID, asks, &text, &problem)
        defer { if let text { flow_secret_free(text) } }
        guard let text else {
            try SystemKeyring.check(result, problem)
            return nil
        }
        return try UnlockSecret.decodeKey(String(cString: text), source: "the system keyring")
    }

    package func store(_ key: SecretBytes, of vaultID: String, label: String) throws(Failure) {
        var plain = key.copy()
        defer { wipe(&plain) }
        var problem: UnsafeMutablePointer<CChar>?
        let result = flow_secret_store(vaultID, label, Base64.encode(plain), &problem)
        try SystemKeyring.check(result, problem)
    }

    package func delete(of vaultID: String) throws(Failure) {
        var problem: UnsafeMutablePointer<CChar>?
        let result = flow_secret_clear(vaultID, &problem)
        try SystemKeyring.check(result, problem)
    }

    private static func check(
        _ result: flow_secret_result, _ problem: UnsafeMutablePointer<CChar>?
    ) throws(Failure) {
        defer { free(problem) }
        switch result {
        case FLOW_SECRET_DONE, FLOW_SECRET_NONE: return
        case FLOW_SECRET_LOCKED:
            throw Failure(
                .auth, "the system keyring is locked", hint: "log in to the desktop, or unlock the keyring there",
                code: "keyring_locked")
        default:
            let reason = problem.map { String(cString: $0) } ?? "it gives no reason"
            throw Failure(
                .auth, "the system keyring can't be used: \(terminalSafe(reason))",
                hint: SystemKeyring.hint(reason), code: "no_keyring")
        }
    }

    /// By the words of GLib and of the services, which are the same in every language that flowctl runs in: it sets no
    /// locale.
    private static func hint(_ reason: String) -> String {
        if reason.contains("libsecret-1.so.0") { return "install libsecret-1-0" }
        if reason.contains("locked") { return "log in to the desktop, or unlock the keyring there" }
        if reason.contains("org.freedesktop.secrets") {
            return "start a service for it, such as gnome-keyring, KWallet or KeePassXC"
        }
        return "set DBUS_SESSION_BUS_ADDRESS as in your session; in cron that is unix:path=/run/user/\(getuid())/bus"
    }
}
