/// Which rows the vault has, and in which version: sealed, so that a row that was removed, brought in or put back from
/// an old copy shows.
///
/// Kept as sorted bytes, because a vault of 10,000 rows is opened to read one of them: 8 bytes of generation, then for
/// each row 1 byte of table, 16 of id and 8 of version.
struct VaultManifest {
    enum Table: UInt8, CaseIterable {
        case credentials = 1
        case tokens = 2
        case slots = 3
        /// One entry, whose version says how many keys of sealers are kept from earlier data keys.
        case formerKeys = 4
    }

    /// Of an entry that stands for no row.
    static let noID = [UInt8](repeating: 0, count: 16)

    /// How often the vault has been changed.
    private(set) var generation: UInt64 = 0
    private var entries: [UInt8] = []

    private static let keySize = 17
    private static let entrySize = 25

    init() {}

    /// nil where the bytes are no manifest.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 8, (bytes.count - 8) % VaultManifest.entrySize == 0 else { return nil }
        generation = VaultManifest.number(bytes[0..<8])
        entries = Array(bytes[8...])
    }

    var bytes: [UInt8] { VaultManifest.bytes(generation) + entries }

    func version(of table: Table, id: [UInt8]) -> UInt64? {
        let (index, isFound) = position(of: key(table, id))
        guard isFound else { return nil }
        let start = index * VaultManifest.entrySize + VaultManifest.keySize
        return VaultManifest.number(entries[start..<start + 8])
    }

    /// The ids of a table's rows, in order.
    func ids(of table: Table) -> [[UInt8]] {
        let first = position(of: key(table, VaultManifest.noID)).index
        var ids: [[UInt8]] = []
        for index in first..<count {
            let start = index * VaultManifest.entrySize
            guard entries[start] == table.rawValue else { break }
            ids.append(Array(entries[start + 1..<start + VaultManifest.keySize]))
        }
        return ids
    }

    func count(of table: Table) -> Int {
        let first = position(of: key(table, VaultManifest.noID)).index
        let end = position(of: [table.rawValue + 1] + VaultManifest.noID).index
        return end - first
    }

    mutating func set(_ table: Table, id: [UInt8], version: UInt64) {
        let key = key(table, id)
        let (index, isFound) = position(of: key)
        let start = index * VaultManifest.entrySize
        let end = isFound ? start + VaultManifest.entrySize : start
        entries.replaceSubrange(start..<end, with: key + VaultManifest.bytes(version))
    }

    mutating func remove(_ table: Table, id: [UInt8]) {
        let (index, isFound) = position(of: key(table, id))
        guard isFound else { return }
        let start = index * VaultManifest.entrySize
        entries.removeSubrange(start..<start + VaultManifest.entrySize)
    }

    mutating func advance() { generation += 1 }

    private var count: Int { entries.count / VaultManifest.entrySize }

    private func key(_ table: Table, _ id: [UInt8]) -> [UInt8] { [table.rawValue] + id }

    /// Where the entry is, or where it would go.
    private func position(of key: [UInt8]) -> (index: Int, isFound: Bool) {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            let start = middle * VaultManifest.entrySize
            if entries[start..<start + VaultManifest.keySize].lexicographicallyPrecedes(key) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        let start = low * VaultManifest.entrySize
        return (low, low < count && entries[start..<start + VaultManifest.keySize].elementsEqual(key))
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    private static func bytes(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) }
    }
}
