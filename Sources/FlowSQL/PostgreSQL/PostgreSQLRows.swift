import CPostgreSQL
import FlowCore
import FlowNodeKit

/// Makes values of the rows of one result.
struct PostgreSQLRows {
    private let names: [MapKey]
    private let types: [PostgreSQLType?]

    /// - Throws: a `Failure` where two columns have one name, as one of them would be lost.
    init(_ result: OpaquePointer) throws(Failure) {
        let fields = 0..<PQnfields(result)
        let names = Self.columnNames(of: result)
        try SQLColumns.requireDifferent(names)
        self.names = names.map(MapKey.string)
        types = fields.map { PostgreSQLType(PQftype(result, $0)) }
    }

    static func columnNames(of result: OpaquePointer) -> [String] {
        (0..<PQnfields(result)).map { String(cString: PQfname(result, $0)) }
    }

    func row(_ row: Int32, of result: OpaquePointer) throws(Failure) -> ValueMap {
        var map = ValueMap(minimumCapacity: names.count)
        for (index, name) in names.enumerated() {
            let field = Int32(index)
            guard PQgetisnull(result, row, field) == 0, let start = PQgetvalue(result, row, field) else {
                map[name] = .null
                continue
            }
            let bytes = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, row, field)))
            do throws(Failure) {
                map[name] = try PostgreSQLText.value(bytes, types[index])
            } catch {
                guard error.code == PostgreSQLText.notUTF8, case .string(let name) = name else { throw error }
                var failure = error
                failure.message = "the column \"\(name)\" \(failure.message)"
                throw failure
            }
        }
        return map
    }
}
