/// A part of a message as the server has read it (BODYSTRUCTURE); its content is fetched by ``section``.
package struct BodyPart: Sendable {
    package typealias Parameters = [(name: String, value: [UInt8])]

    /// `1.2`; that of a message without parts is `1`.
    package var section = ""
    /// In lower case: `multipart`, `text`.
    package var type: String
    package var subtype: String
    package var parameters: Parameters = []
    package var contentID: [UInt8]?
    /// In lower case: `base64`.
    package var encoding = "7bit"
    /// Bytes as they are encoded.
    package var size: UInt64 = 0
    /// In lower case: `attachment`.
    package var disposition: String?
    package var dispositionParameters: Parameters = []
    /// Those of a multipart.
    package var parts: [BodyPart] = []

    package init(type: String, subtype: String) {
        self.type = type
        self.subtype = subtype
    }

    package var mediaType: String { "\(type)/\(subtype)" }
}

/// How much of a structure is read.
enum StructureLimits {
    static let depth = 20
    static let parts = 1000

    struct Excess: Error { let reason: String }
}

extension ResponseReader {
    /// - Throws: `StructureLimits.Excess` where it has too many parts or levels.
    func bodyPart() throws -> BodyPart {
        var count = 0
        return try bodyPart("", level: 0, &count)
    }

    /// - Parameter section: that of the multipart around it, with a point; empty for the message itself.
    private func bodyPart(_ section: String, level: Int, _ count: inout Int) throws -> BodyPart {
        guard level <= StructureLimits.depth else {
            throw StructureLimits.Excess(reason: "more than \(StructureLimits.depth) levels of parts")
        }
        count += 1
        guard count <= StructureLimits.parts else {
            throw StructureLimits.Excess(reason: "more than \(StructureLimits.parts) parts")
        }
        try spend(256)
        try open()
        var part =
            try isOpening() ? try multipart(section, level: level, &count) : try single(section)
        if try take(.space) {
            // What else could begin so is the checksum, and that is a string.
            if part.type == "message", try isOpening() {
                try skipInnerMessage(level: level, &count)
                if try take(.space) { try extensions(of: &part) }
            } else {
                try extensions(of: &part)
            }
        }
        guard try closes() else { throw MalformedResponse("\(ResponseReader.name(try peek())) at the end of a part") }
        return part
    }

    private func multipart(_ section: String, level: Int, _ count: inout Int) throws -> BodyPart {
        var parts: [BodyPart] = []
        while try isOpening() {
            let place = section.isEmpty ? "\(parts.count + 1)" : "\(section).\(parts.count + 1)"
            parts.append(try bodyPart(place, level: level + 1, &count))
        }
        try expect(.space)
        var part = BodyPart(type: "multipart", subtype: try lowercased())
        part.section = section
        part.parts = parts
        return part
    }

    private func single(_ section: String) throws -> BodyPart {
        let type = try lowercased()
        try expect(.space)
        var part = BodyPart(type: type, subtype: try lowercased())
        part.section = section.isEmpty ? "1" : section
        try expect(.space)
        part.parameters = try parameters()
        try expect(.space)
        part.contentID = try optionalString()
        try expect(.space)
        // A description.
        _ = try optionalString()
        try expect(.space)
        part.encoding = try optionalString().map { String(decoding: $0, as: UTF8.self).lowercased() } ?? "7bit"
        try expect(.space)
        part.size = try number()
        if part.type == "text" {
            try expect(.space)
            _ = try number()
        } else if part.type.isEmpty || part.subtype.isEmpty {
            // What a type that can't be read means (RFC 2045, 5.2).
            (part.type, part.subtype) = ("text", "plain")
        }
        return part
    }

    /// Of a message in a message: its envelope, its structure and its lines. It is one attachment here.
    private func skipInnerMessage(level: Int, _ count: inout Int) throws {
        _ = try envelope()
        try expect(.space)
        _ = try bodyPart("", level: level + 1, &count)
        try expect(.space)
        _ = try number()
    }

    /// What follows after the size or the subtype: checksum or parameters, disposition, language, location and what is
    /// yet to be invented.
    private func extensions(of part: inout BodyPart) throws {
        if part.type == "multipart" { part.parameters = try parameters() } else { try skipValue() }
        guard try take(.space) else { return }
        if try isOpening() {
            try open()
            part.disposition = try lowercased()
            try expect(.space)
            part.dispositionParameters = try parameters()
            guard try closes() else { throw MalformedResponse("a disposition that doesn't end") }
        } else {
            // Some servers send the word alone.
            part.disposition = try optionalString().map { String(decoding: $0, as: UTF8.self).lowercased() }
        }
        while try take(.space) { try skipValue() }
    }

    private func parameters() throws -> BodyPart.Parameters {
        guard try isOpening() else {
            try takeNil()
            return []
        }
        try open()
        var parameters: BodyPart.Parameters = []
        if try closes() { return parameters }
        repeat {
            try spend(64)
            let name = try lowercased()
            try expect(.space)
            parameters.append((name, try optionalString() ?? []))
        } while try take(.space)
        guard try closes() else { throw MalformedResponse("parameters that don't end") }
        return parameters
    }

    private func lowercased() throws -> String {
        // NIL where a message has a type without a name.
        String(decoding: try optionalString() ?? [], as: UTF8.self).lowercased()
    }
}
