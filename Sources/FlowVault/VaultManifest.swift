import FlowCore
import Glibc

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

    private(set) var bytes: [UInt8]

    private static let headSize = 8
    private static let keySize = 17
    private static let entrySize = 25

    init() { bytes = VaultManifest.bytes(0) }

    /// nil where the bytes are no manifest.
    init?(_ bytes: [UInt8]) {
        let size = bytes.count - VaultManifest.headSize
        guard size >= 0, size % VaultManifest.entrySize == 0 else { return nil }
        self.bytes = bytes
    }

    /// How often the vault has been changed.
    var generation: UInt64 { VaultManifest.number(bytes[..<VaultManifest.headSize]) }

    func version(of table: Table, id: [UInt8]) -> UInt64? {
        let (index, isFound) = position(of: key(table, id))
        return isFound ? version(at: index) : nil
    }

    /// The ids of a table's rows, in order.
    func ids(of table: Table) -> [[UInt8]] {
        let first = position(of: key(table, VaultManifest.noID)).index
        var ids: [[UInt8]] = []
        for index in first..<count {
            let start = start(of: index)
            guard bytes[start] == table.rawValue else { break }
            ids.append(Array(bytes[start + 1..<start + VaultManifest.keySize]))
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
        let start = start(of: index)
        let end = isFound ? start + VaultManifest.entrySize : start
        bytes.replaceSubrange(start..<end, with: key + VaultManifest.bytes(version))
    }

    mutating func remove(_ table: Table, id: [UInt8]) {
        let (index, isFound) = position(of: key(table, id))
        guard isFound else { return }
        let start = start(of: index)
        bytes.removeSubrange(start..<start + VaultManifest.entrySize)
    }

    mutating func advance() {
        bytes.replaceSubrange(..<VaultManifest.headSize, with: VaultManifest.bytes(generation + 1))
    }

    private var count: Int { (bytes.count - VaultManifest.headSize) / VaultManifest.entrySize }

    private func start(of index: Int) -> Int { VaultManifest.headSize + index * VaultManifest.entrySize }

    fileprivate func version(at index: Int) -> UInt64 {
        let start = start(of: index) + VaultManifest.keySize
        return VaultManifest.number(bytes[start..<start + 8])
    }

    fileprivate func key(_ table: Table, _ id: [UInt8]) -> [UInt8] { [table.rawValue] + id }

    /// Where the entry is, or where it would go.
    fileprivate func position(of key: [UInt8]) -> (index: Int, isFound: Bool) {
        bytes.withUnsafeBytes { bytes in
            // Byte by byte by Swift's own means, the search takes longer than to open what it looks for.
            func order(_ index: Int) -> Int32 {
                guard let address = bytes.baseAddress else { return 1 }
                return memcmp(address + start(of: index), key, VaultManifest.keySize)
            }
            var low = 0
            var high = count
            while low < high {
                let middle = (low + high) / 2
                if order(middle) < 0 { low = middle + 1 } else { high = middle }
            }
            return (low, low < count && order(low) == 0)
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    private static func bytes(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) }
    }
}

extension VaultManifest {
    /// The rows of one table, called up one after another: none may be missing in the end, and none come twice.
    struct RollCall {
        private let manifest: VaultManifest
        private let first: Int
        private var isPresent: [Bool]
        private var missing: Int
        private var key: [UInt8]

        init(of table: Table, in manifest: VaultManifest) {
            self.manifest = manifest
            key = manifest.key(table, VaultManifest.noID)
            first = manifest.position(of: key).index
            missing = manifest.count(of: table)
            isPresent = Array(repeating: false, count: missing)
        }

        /// The version that a row must have; nil where there is no such row, or it was there before.
        ///
        /// - Parameter id: 32 hexadecimal digits.
        mutating func version(ofNext id: some ColumnText) -> UInt64? {
            let isID = key.withUnsafeMutableBytes { key in
                let room = UnsafeMutableRawBufferPointer(rebasing: key[1...])
                return id.withBytes { Hexadecimal.decode($0, into: room) }
            }
            guard isID else { return nil }
            let (index, isFound) = manifest.position(of: key)
            guard isFound, !isPresent[index - first] else { return nil }
            isPresent[index - first] = true
            missing -= 1
            return manifest.version(at: index)
        }

        var isComplete: Bool { missing == 0 }
    }
}
