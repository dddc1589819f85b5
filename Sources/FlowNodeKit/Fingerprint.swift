/// Tells whether what is read again is what it was: FNV-1a with 64 bits. Nobody gains by making two texts alike.
package struct Fingerprint: Equatable {
    private var state: UInt64

    package init() { state = 0xcbf2_9ce4_8422_2325 }

    /// - Parameter text: as ``text`` had it.
    package init?(_ text: String) {
        guard let state = UInt64(text, radix: 16) else { return nil }
        self.state = state
    }

    package mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    }

    package var text: String { String(state, radix: 16) }
}
