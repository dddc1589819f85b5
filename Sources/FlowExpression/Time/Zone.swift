import FlowCore
import Synchronization

/// A time zone: offsets from UTC by time, from a fixed offset or the tz database.
struct Zone: Sendable {
    private struct Period: Sendable {
        var start: Int64
        var offset: Int
    }

    private let first: Int
    private let periods: [Period]
    private let tail: ZoneTail?

    /// Seconds east of UTC at a time.
    func offset(at seconds: Int64) -> Int {
        guard let last = periods.last else { return tail?.offset(at: seconds) ?? first }
        if seconds >= last.start { return tail?.offset(at: seconds) ?? last.offset }
        var low = 0
        var high = periods.count
        while low < high {
            let middle = (low + high) / 2
            if periods[middle].start <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : periods[low - 1].offset
    }

    private init(offset: Int) {
        first = offset
        periods = []
        tail = nil
    }

    private static let systemFolder = "/usr/share/zoneinfo"
    private static let known = Mutex<[String: Zone]>([:])

    /// `UTC`, `+02:00`, `-0930`, `02:00`, or a name of the tz database such as `Europe/Berlin`.
    ///
    /// - Throws: a ``Fault`` where the name is unknown.
    static func named(_ name: String) throws(Fault) -> Zone {
        if name.isEmpty || name == "UTC" || name == "Z" { return Zone(offset: 0) }
        if let offset = fixedOffset(name) { return Zone(offset: offset) }
        if let zone = known.withLock({ $0[name] }) { return zone }
        guard let zone = read(name, from: systemFolder) else {
            throw .invalid(
                "unknown time zone \"\(name)\"",
                hint: Suggestion.didYouMean(name, among: EmbeddedZones.names)
                    ?? "use a name such as Europe/Berlin, or an offset such as +02:00")
        }
        known.withLock { $0[name] = zone }
        return zone
    }

    /// The system's database comes first: it is the one that is kept up to date.
    static func read(_ name: String, from folder: String) -> Zone? {
        let isPlain = name.utf8.allSatisfy { Lexer.continuesName($0) || "/+-".utf8.contains($0) }
        guard isPlain, !name.hasPrefix("/"), name.utf8.count < 100 else { return nil }
        return ZoneFile.read(folder + "/" + name).flatMap(Zone.init(tzif:))
            ?? EmbeddedZones.file(name).flatMap(Zone.init(tzif:))
    }

    private static func fixedOffset(_ name: String) -> Int? {
        var text = Substring(name)
        let isNegative = text.hasPrefix("-")
        if isNegative || text.hasPrefix("+") { text.removeFirst() }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let (hours, minutes): (Substring, Substring)
        switch (parts.count, text.utf8.count) {
        case (2, 4...5): (hours, minutes) = (parts[0], parts[1])
        case (1, 4): (hours, minutes) = (text.prefix(2), text.suffix(2))
        default: return nil
        }
        guard minutes.utf8.count == 2, let hour = Int(hours), let minute = Int(minutes), (0...23).contains(hour),
            (0...59).contains(minute)
        else { return nil }
        return (hour * 3600 + minute * 60) * (isNegative ? -1 : 1)
    }
}

// MARK: - TZif (RFC 9636)

extension Zone {
    /// Reads the contents of a TZif file of any version; nil where it is none.
    init?(tzif bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard var header = ZoneHeader(&reader) else { return nil }
        var timeSize = 4
        if header.version >= 2 {
            // The first block is for readers that know no 64-bit times.
            guard reader.skip(header.size(timeSize: 4)), let second = ZoneHeader(&reader) else { return nil }
            header = second
            timeSize = 8
        }
        guard reader.remaining >= header.size(timeSize: timeSize), header.typeCount > 0 else { return nil }
        let starts = (0..<header.timeCount).map { _ in reader.signed(timeSize) }
        let kinds = (0..<header.timeCount).map { _ in Int(reader.signed(1) & 0xFF) }
        var offsets: [Int] = []
        for _ in 0..<header.typeCount {
            offsets.append(Int(reader.signed(4)))
            _ = reader.skip(2)
        }
        guard kinds.allSatisfy(offsets.indices.contains) else { return nil }
        _ = reader.skip(header.sizeBehindTypes(timeSize: timeSize))
        first = offsets[0]
        periods = zip(starts, kinds).map { Period(start: $0, offset: offsets[$1]) }
        var footer = reader.rest
        if timeSize == 8, footer.first == 0x0A {
            footer = footer.dropFirst().prefix { $0 != 0x0A }
            tail = ZoneTail(String(decoding: footer, as: UTF8.self))
        } else {
            tail = nil
        }
    }
}

private struct ZoneHeader {
    var version = 1
    var counts: [Int] = []

    var timeCount: Int { counts[3] }
    var typeCount: Int { counts[4] }

    init?(_ reader: inout ByteReader) {
        guard reader.remaining >= 44, reader.signed(4) == 0x545A_6966 else { return nil }
        let digit = reader.signed(1)
        version = digit >= 0x32 ? Int(digit - 0x30) : 1
        _ = reader.skip(15)
        counts = (0..<6).map { _ in Int(reader.signed(4)) }
        guard counts.allSatisfy({ (0...100_000).contains($0) }) else { return nil }
    }

    /// Names, leap seconds and the indicators of standard and universal time.
    func sizeBehindTypes(timeSize: Int) -> Int { counts[5] + counts[2] * (timeSize + 4) + counts[1] + counts[0] }

    func size(timeSize: Int) -> Int {
        timeCount * (timeSize + 1) + typeCount * 6 + sizeBehindTypes(timeSize: timeSize)
    }
}

/// Big-endian numbers out of bytes; reading past the end gives zeros.
private struct ByteReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var remaining: Int { bytes.count - position }
    var rest: ArraySlice<UInt8> { bytes[min(position, bytes.count)...] }

    mutating func signed(_ size: Int) -> Int64 {
        var value: UInt64 = 0
        for _ in 0..<size {
            value = value << 8 | UInt64(position < bytes.count ? bytes[position] : 0)
            position += 1
        }
        let shift = 64 - size * 8
        return Int64(bitPattern: value << UInt64(shift)) >> Int64(shift)
    }

    mutating func skip(_ count: Int) -> Bool {
        position += count
        return position <= bytes.count
    }
}

enum ZoneFile {
    /// The whole file, nil where it can't be read or is larger than any zone.
    static func read(_ path: String) -> [UInt8]? {
        let most = 1 << 20
        guard let bytes = SystemCall.contents(ofFile: path, upTo: most), bytes.count < most else { return nil }
        return bytes
    }
}
