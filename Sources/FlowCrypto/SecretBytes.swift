import COpenSSL

/// A key or a passphrase, overwritten when the last reference to it goes.
///
/// Safe to use from any thread: the bytes never change until then.
package final class SecretBytes: Sendable {
    nonisolated(unsafe) private let buffer: UnsafeMutableRawBufferPointer

    package init(_ bytes: some Collection<UInt8>) {
        buffer = .allocate(byteCount: bytes.count, alignment: 1)
        buffer.copyBytes(from: bytes)
    }

    deinit {
        OPENSSL_cleanse(buffer.baseAddress, buffer.count)
        buffer.deallocate()
    }

    package var count: Int { buffer.count }

    /// A copy that the caller wipes.
    package func copy() -> [UInt8] { Array(buffer) }

    /// Compares in a time that does not tell where they differ.
    package func equals(_ other: SecretBytes) -> Bool {
        count == other.count && CRYPTO_memcmp(buffer.baseAddress, other.buffer.baseAddress, count) == 0
    }

    package func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try body(UnsafeRawBufferPointer(buffer))
    }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "\(count) secret bytes" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Overwrites bytes that are no longer needed. Copies that Swift made of them stay.
package func wipe(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
    bytes.removeAll()
}
