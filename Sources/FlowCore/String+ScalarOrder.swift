import Glibc

/// Strings by their code points, as JSON and CEL compare them; Swift's own operators take composed and decomposed
/// characters for the same. UTF-8 has the order of the code points, so that comparing bytes is enough.
extension String {
    package func hasSameScalars(as other: String) -> Bool {
        utf8.count == other.utf8.count && comparison(with: other) == 0
    }

    /// Below, at or above 0 as this string comes before the other one, equals it, or comes after it.
    package func comparison(with other: String) -> Int {
        let difference = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in String.comparison(of: left, with: right) }
        }
        if let known = difference ?? nil { return known }
        // Strings of other encodings don't come up on Linux; those that do are copied.
        var (left, right) = (self, other)
        return left.withUTF8 { first in right.withUTF8 { String.comparison(of: first, with: $0) } }
    }

    func hasScalars(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var text = self
        return text.withUTF8 { $0.count == bytes.count && String.comparison(of: $0, with: bytes) == 0 }
    }

    private static func comparison(of left: UnsafeBufferPointer<UInt8>, with right: UnsafeBufferPointer<UInt8>) -> Int {
        guard let first = left.baseAddress, let second = right.baseAddress else { return left.count - right.count }
        let difference = memcmp(first, second, Swift.min(left.count, right.count))
        return difference != 0 ? Int(difference) : left.count - right.count
    }

    /// Adds the code points to a hash: strings that are only canonically the same must not meet in one bucket by the
    /// thousand.
    func hashScalars(into hasher: inout Hasher) {
        var text = self
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(0xFF as UInt8)
    }
}
