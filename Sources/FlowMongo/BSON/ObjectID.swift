import FlowCore

/// The twelve bytes that MongoDB names documents with: a time, and what makes them differ.
struct ObjectID: Sendable, Hashable {
    let bytes: [UInt8]

    init(time: UInt32, number: UInt64) {
        bytes = withUnsafeBytes(of: time.bigEndian, Array.init) + withUnsafeBytes(of: number.bigEndian, Array.init)
    }

    /// - Parameter text: 24 hexadecimal digits.
    init?(_ text: String) {
        guard text.utf8.count == 24, let bytes = Hexadecimal.decode(text) else { return nil }
        self.bytes = bytes
    }

    var text: String { Hexadecimal.encode(bytes) }

    /// In Extended JSON.
    var asValue: Value { ["$oid": .string(text)] }
}

/// The ids of the documents that one step or item inserts: the same whenever it is repeated, so that what an earlier
/// try has inserted is recognised.
struct DerivedIDs: Sendable {
    private let time: UInt32
    private let first: UInt64

    /// - Parameters:
    ///   - key: ``NodeContext/idempotencyKey``.
    ///   - started: of the run; the ids tell this time.
    init(key: String, started: Timestamp) {
        time = UInt32(clamping: started.seconds)
        // The key is a hash already.
        first = key.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    /// In the order of the index, but for one in 2⁶⁴ documents.
    subscript(index: Int) -> ObjectID {
        let number = first &+ UInt64(index)
        return ObjectID(time: time, number: number)
    }
}
