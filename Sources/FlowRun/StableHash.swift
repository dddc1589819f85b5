/// A hash that is the same on every machine and in every version: FNV-1a with 128 bits.
///
/// For idempotency keys and for marks of content, which must differ but need not resist anybody.
package struct StableHash {
    private var state: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
    private static let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013B

    package init() {}

    mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte) }
        // So that "ab" + "c" and "a" + "bc" differ; no text in UTF-8 has this byte.
        add(0xFF)
    }

    package mutating func add(_ bytes: [UInt8]) { for byte in bytes { add(byte) } }

    private mutating func add(_ byte: UInt8) { state = (state ^ UInt128(byte)) &* StableHash.prime }

    /// 32 hexadecimal digits.
    package var text: String {
        String(unsafeUninitializedCapacity: 32) { digits in
            for index in 0..<32 {
                let digit = UInt8(truncatingIfNeeded: state >> UInt128(124 - 4 * index)) & 15
                digits[index] = digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
            }
            return 32
        }
    }
}
