import CPostgreSQL
import FlowCore

extension PostgreSQLConnection {
    /// Bytes that are handed to libpq at once.
    private static let pieceSize = 64 << 10

    /// By `COPY`.
    func load(
        into table: SQLName, columns: [String], isAsQueried: Bool, next: () throws -> [Value]?
    ) throws -> Int {
        let name = PostgreSQL.dialect.quoted(table)
        let list = columns.map(PostgreSQL.dialect.quoted).joined(separator: ", ")
        let types = try types(of: list, in: name)
        try send { PQsendQueryParams(handle, "COPY \(name) (\(list)) FROM STDIN", 0, nil, nil, nil, nil, 0) }
        guard let start = try nextResult() else { throw lost() }
        let status = PQresultStatus(start)
        defer { PQclear(start) }
        guard status == PGRES_COPY_IN else {
            let failure = PostgreSQLFailure.of(start, on: self)
            while let rest = try nextResult() { PQclear(rest) }
            throw failure
        }
        var piece: [UInt8] = []
        piece.reserveCapacity(Self.pieceSize * 2)
        while let values = try orAbandon(next) {
            try orAbandon {
                try PostgreSQLCopy.append(values, of: types, isAsQueried: isAsQueried, to: &piece)
            }
            guard piece.count >= Self.pieceSize else { continue }
            try put(piece)
            piece.removeAll(keepingCapacity: true)
        }
        try put(piece)
        guard PQputCopyEnd(handle, nil) == 1 else { throw lost() }
        try flush()
        var rows = 0
        try results { rows = Int(String(cString: PQcmdTuples($0))) ?? 0 }
        return rows
    }

    private func put(_ bytes: [UInt8]) throws {
        let taken = bytes.withUnsafeBytes { bytes in
            PQputCopyData(handle, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
        }
        guard taken == 1 else { throw lost() }
        try flush()
    }

    private func types(of columns: String, in table: String) throws -> [Oid] {
        var types: [Oid] = []
        try send { PQsendQueryParams(handle, "SELECT \(columns) FROM \(table) LIMIT 0", 0, nil, nil, nil, nil, 0) }
        try results { result in types = (0..<PQnfields(result)).map { PQftype(result, $0) } }
        return types
    }
}
