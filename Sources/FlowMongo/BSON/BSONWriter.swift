import FlowCore

/// Values to documents of BSON. A map with the members of Extended JSON becomes what it stands for.
struct BSONWriter {
    private(set) var bytes: [UInt8] = []
    /// From the outermost argument to the member being written, for messages.
    private var path: [String]

    /// A filter, a command, options: members stay in their order, which decides over what is sorted first.
    ///
    /// - Parameter place: how the document is called in messages, such as `filter`.
    /// - Throws: a `Failure` of kind `invalid` that names the member that can't be written.
    static func document(_ map: ValueMap, at place: String) throws(Failure) -> [UInt8] {
        var writer = BSONWriter(path: [place])
        try writer.write(map)
        return writer.bytes
    }

    /// A document of a collection, with its `_id` in front.
    ///
    /// - Parameters:
    ///   - place: how the document is called in messages, such as `document` or `documents[3]`.
    ///   - id: for where it has none.
    /// - Throws: a `Failure` of kind `invalid` that names the member that can't be written.
    static func stored(_ map: ValueMap, at place: String, id: ObjectID? = nil) throws(Failure) -> [UInt8] {
        var writer = BSONWriter(path: [place])
        try writer.write(map.withIDInFront, id: id)
        return writer.bytes
    }

    /// A list as the array it is; the client takes pipelines so.
    static func array(_ items: [Value], at place: String) throws(Failure) -> [UInt8] {
        var writer = BSONWriter(path: [place])
        try writer.write(items)
        return writer.bytes
    }

    private init(path: [String]) { self.path = path }

    // MARK: Parts

    private mutating func add(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Text that ends with a zero.
    private mutating func add(name: String) throws(Failure) {
        guard !name.utf8.contains(0) else { throw objection("has a name with a zero byte in it") }
        bytes.append(contentsOf: name.utf8)
        bytes.append(0)
    }

    /// Text with its length in front.
    private mutating func add(text: String) {
        add(Int32(clamping: text.utf8.count + 1))
        bytes.append(contentsOf: text.utf8)
        bytes.append(0)
    }

    /// Puts the size in front of what `content` adds.
    private mutating func sized(_ content: (inout BSONWriter) throws(Failure) -> Void) throws(Failure) {
        let start = bytes.count
        add(Int32(0))
        try content(&self)
        bytes.append(0)
        let size = Int32(clamping: bytes.count - start)
        withUnsafeBytes(of: size.littleEndian) { bytes.replaceSubrange(start..<start + 4, with: $0) }
    }

    private func objection(_ what: String, hint: String? = nil) -> Failure {
        let place = path.dropFirst().reduce(path[0]) { $1.hasPrefix("[") ? $0 + $1 : "\($0).\($1)" }
        return Failure(.invalid, "\"\(place)\" \(what)", hint: hint, nothingSent: true)
    }

    // MARK: Documents

    private mutating func write(_ map: ValueMap, id: ObjectID? = nil) throws(Failure) {
        try sized { (writer) throws(Failure) in
            if let id, map["_id"] == nil {
                writer.bytes.append(BSONType.objectID.rawValue)
                try writer.add(name: "_id")
                writer.bytes.append(contentsOf: id.bytes)
            }
            for (key, value) in map { try writer.member(key.text, value) }
        }
    }

    private mutating func write(_ items: [Value]) throws(Failure) {
        try sized { (writer) throws(Failure) in
            for (index, item) in items.enumerated() { try writer.member(String(index), item, isItem: true) }
        }
    }

    private mutating func member(_ name: String, _ value: Value, isItem: Bool = false) throws(Failure) {
        if value.isAbsent { return }
        path.append(isItem ? "[\(name)]" : name)
        defer { path.removeLast() }
        let place = bytes.count
        // The type is known once the value is written.
        bytes.append(0)
        try add(name: name)
        let type = try write(value)
        bytes[place] = type.rawValue
    }

    // MARK: Values

    private mutating func write(_ value: Value) throws(Failure) -> BSONType {
        switch value {
        case .secret(let inner): return try write(inner)
        case .null, .absent: return .null
        case .optional(let inner): return try write(inner ?? .null)
        case .bool(let flag):
            bytes.append(flag ? 1 : 0)
            return .bool
        case .int(let number): return write(number)
        case .uint(let number):
            guard let signed = Int64(exactly: number) else { return try write(decimal: String(number)) }
            return write(signed)
        case .double(let number):
            add(number.bitPattern)
            return .double
        case .number(let number): return try write(decimal: number.text)
        case .string(let text):
            add(text: text)
            return .string
        case .bytes(let content): return write(binary: content, subtype: 0)
        case .list(let items):
            try write(items)
            return .array
        case .timestamp(let time):
            add(time.milliseconds)
            return .date
        case .duration(let duration):
            add(text: duration.celText)
            return .string
        case .file(let file):
            try write(file.asMap)
            return .document
        case .map(let map):
            if let typed = try ExtendedJSON(map, objection: objection) { return try write(typed) }
            try write(map)
            return .document
        case .type, .stream: throw objection("is a \(value.type.plainName), which no document can hold")
        }
    }

    /// In 32 bits where they suffice, as other clients do.
    private mutating func write(_ number: Int64) -> BSONType {
        guard let small = Int32(exactly: number) else {
            add(number)
            return .int64
        }
        add(small)
        return .int32
    }

    private mutating func write(decimal text: String) throws(Failure) -> BSONType {
        guard let decimal = Decimal128(text) else {
            throw objection("is a number of more than 34 digits", hint: "write it as text, in quotes")
        }
        add(decimal.low)
        add(decimal.high)
        return .decimal
    }

    private mutating func write(binary content: [UInt8], subtype: UInt8) -> BSONType {
        let inner = subtype == 2 ? 4 : 0
        add(Int32(clamping: content.count + inner))
        bytes.append(subtype)
        if inner > 0 { add(Int32(clamping: content.count)) }
        bytes.append(contentsOf: content)
        return .binary
    }

    private mutating func write(_ typed: ExtendedJSON) throws(Failure) -> BSONType {
        switch typed {
        case .objectID(let id):
            bytes.append(contentsOf: id.bytes)
            return .objectID
        case .int32(let number):
            add(number)
            return .int32
        case .int64(let number):
            add(number)
            return .int64
        case .double(let number):
            add(number.bitPattern)
            return .double
        case .decimal(let text): return try write(decimal: text)
        case .date(let milliseconds):
            add(milliseconds)
            return .date
        case .binary(let content, let subtype): return write(binary: content, subtype: subtype)
        case .timestamp(let seconds, let increment):
            add(increment)
            add(seconds)
            return .timestamp
        case .regularExpression(let pattern, let options):
            try add(name: pattern)
            try add(name: String(options.sorted()))
            return .regularExpression
        case .symbol(let text):
            add(text: text)
            return .symbol
        case .code(let text, nil):
            add(text: text)
            return .code
        case .code(let text, let scope?):
            let start = bytes.count
            add(Int32(0))
            add(text: text)
            try write(scope)
            let size = Int32(clamping: bytes.count - start)
            withUnsafeBytes(of: size.littleEndian) { bytes.replaceSubrange(start..<start + 4, with: $0) }
            return .codeWithScope
        case .pointer(let collection, let id):
            add(text: collection)
            bytes.append(contentsOf: id.bytes)
            return .pointer
        case .undefined: return .undefined
        case .minimum: return .minimum
        case .maximum: return .maximum
        }
    }
}

extension ValueMap {
    /// As servers store a document.
    var withIDInFront: ValueMap {
        guard let id = self["_id"], first?.key.text != "_id" else { return self }
        var map = ValueMap(minimumCapacity: count)
        map["_id"] = id
        for (key, value) in self where key.text != "_id" { map[key.text] = value }
        return map
    }
}
