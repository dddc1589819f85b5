package import FlowCore

/// One row of a result: SQLite's INTEGER is an int, REAL a double, TEXT a string, BLOB bytes.
package struct Row: Sendable, Hashable {
    package let columnNames: [String]
    package let values: [Value]

    /// The column at a position from 0.
    package subscript(index: Int) -> Value { values[index] }

    /// The first column of this name; null where there is none.
    package subscript(name: String) -> Value {
        columnNames.firstIndex(of: name).map { values[$0] } ?? .null
    }

    /// Column names to values; of two columns with one name the last one counts.
    package var asMap: ValueMap { ValueMap(zip(columnNames, values)) }
}
