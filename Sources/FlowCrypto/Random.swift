import COpenSSL

/// Cryptographically strong random bytes.
package enum Random {
    /// Ends the process where the system has no randomness: going on with guessable keys would be worse.
    package static func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard RAND_bytes(&bytes, Int32(clamping: count)) == 1 else {
            fatalError("the system has no randomness to give")
        }
        return bytes
    }
}
