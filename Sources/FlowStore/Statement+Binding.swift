import CSQLite
import FlowCore

/// The arguments of a statement.
enum Arguments {
    case positional([Value])
    case named(ValueMap)
}

extension Statement {
    /// Binds all arguments.
    ///
    /// - Throws: `invalid` where their number or names are not those of the statement.
    func bind(_ arguments: Arguments, in database: Database) throws(Failure) {
        switch arguments {
        case .positional(let values): try bind(positional: values, in: database)
        case .named(let values): try bind(named: values, in: database)
        }
    }

    private func bind(positional values: [Value], in database: Database) throws(Failure) {
        let expected = Int(sqlite3_bind_parameter_count(handle))
        guard values.count == expected else {
            throw Failure(
                .invalid, "the statement takes \(counted(expected, "parameter")), but \(values.count) were given",
                hint: "give one value for each \"?\"", code: "SQLITE_RANGE")
        }
        for (index, value) in values.enumerated() { try bind(value, at: Int32(index + 1), in: database) }
    }

    private func bind(named values: ValueMap, in database: Database) throws(Failure) {
        let expected = sqlite3_bind_parameter_count(handle)
        var names: Set<String> = []
        for index in 0..<expected {
            guard let pointer = sqlite3_bind_parameter_name(handle, index + 1) else {
                throw Failure(
                    .invalid, "parameter \(index + 1) of the statement has no name, but the values have",
                    hint: "write it as \":name\", or give the values as a list", code: "SQLITE_RANGE")
            }
            // ":name", "@name" or "$name".
            let name = String(String(cString: pointer).dropFirst())
            names.insert(name)
            guard let value = values[name] else {
                throw Failure(
                    .invalid, "there is no value for the parameter \":\(name)\" of the statement",
                    hint: Suggestion.didYouMean(name, among: values.names), code: "SQLITE_RANGE")
            }
            try bind(value, at: index + 1, in: database)
        }
        if let extra = values.names.first(where: { !names.contains($0) }) {
            throw Failure(
                .invalid, "the statement has no parameter \":\(extra)\"",
                hint: Suggestion.didYouMean(extra, among: names.sorted()), code: "SQLITE_RANGE")
        }
    }

    private func bind(_ value: Value, at index: Int32, in database: Database) throws(Failure) {
        let code =
            switch value {
            case .null, .absent: sqlite3_bind_null(handle, index)
            case .bool(let value): sqlite3_bind_int64(handle, index, value ? 1 : 0)
            case .int(let value): sqlite3_bind_int64(handle, index, value)
            case .uint(let value):
                // Beyond 64 signed bits SQLite would round to a double.
                if let whole = Int64(exactly: value) {
                    sqlite3_bind_int64(handle, index, whole)
                } else {
                    bind(text: String(value), at: index)
                }
            case .double(let value): sqlite3_bind_double(handle, index, value)
            case .number(let value): bind(text: value.text, at: index)
            case .string(let value): bind(text: value, at: index)
            case .bytes(let value): csqlite_bind_blob(handle, index, value, UInt64(value.count))
            case .list, .map, .file: bind(text: JSON.text(value), at: index)
            case .timestamp(let value): bind(text: value.rfc3339, at: index)
            case .duration(let value): bind(text: value.celText, at: index)
            case .type(let value): bind(text: value.rawValue, at: index)
            case .optional(let inner): try bindInner(inner ?? .null, at: index, in: database)
            case .secret(let inner): try bindInner(inner, at: index, in: database)
            case .stream:
                throw Failure(
                    .invalid, "parameter \(index) of the statement is a stream, which can't be stored",
                    hint: "collect it into a list first", code: "SQLITE_MISMATCH")
            }
        guard code == SQLITE_OK else { throw database.failure(code) }
    }

    private func bindInner(_ value: Value, at index: Int32, in database: Database) throws(Failure) -> Int32 {
        try bind(value, at: index, in: database)
        return SQLITE_OK
    }

    private func bind(text: String, at index: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                csqlite_bind_text(handle, index, $0.baseAddress, UInt64($0.count))
            }
        }
    }
}

/// `1 parameter`, `2 parameters`
private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
