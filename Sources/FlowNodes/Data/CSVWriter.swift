import FlowCore

/// Rows of fields to CSV text (RFC 4180), with LF line ends.
struct CSVWriter {
    private let delimiter: UInt8
    private(set) var bytes: [UInt8] = []

    init(delimiter: UInt8 = UInt8(ascii: ",")) { self.delimiter = delimiter }

    mutating func write(_ fields: some Collection<String>) {
        for (index, field) in fields.enumerated() {
            if index > 0 { bytes.append(delimiter) }
            // A row of one empty field would otherwise be an empty line, which readers pass over.
            write(field, alone: fields.count == 1)
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func write(_ field: String, alone: Bool) {
        let needsQuotes = field.utf8.contains {
            $0 == delimiter || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
        }
        guard needsQuotes || (alone && field.isEmpty) else {
            bytes += field.utf8
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in field.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
