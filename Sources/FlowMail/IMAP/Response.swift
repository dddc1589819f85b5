import FlowSpec

/// One response of an IMAP server, as far as anybody here wants to know.
package enum Response: Sendable {
    /// The server waits for the rest of a command.
    case continuation(String)
    case status(StatusResponse)
    case capability(Set<String>)
    case folder(FolderEntry)
    /// Unique identifiers, in the order in which they came.
    case search([UInt32])
    /// What a folder holds: `MESSAGES`, `UIDNEXT` and others.
    case counts(folder: [UInt8], [String: UInt64])
    /// So many messages are in the folder now.
    case exists(UInt64)
    case fetch(FetchedMessage)
    case other
}

/// `* OK …`, `a1 NO …`, `* BYE …`
package struct StatusResponse: Sendable, Equatable {
    package enum Condition: String, Sendable {
        case ok = "OK", no = "NO", bad = "BAD", bye = "BYE", preauth = "PREAUTH"
    }

    /// nil where it belongs to no command.
    package var tag: String?
    package var condition: Condition
    /// What stands in brackets, in upper case: `COPYUID` with its arguments.
    package var code: String?
    package var codeArguments: String = ""
    package var text: String = ""
}

/// A folder as LIST tells of it.
package struct FolderEntry: Sendable, Equatable {
    /// As the server writes it.
    package var name: [UInt8]
    /// nil where folders don't stand in each other.
    package var delimiter: String?
    package var flags: [String]
}

/// What one FETCH response says of a message.
package struct FetchedMessage: Sendable {
    package var number: UInt32
    package var uid: UInt32?
    package var flags: [String]?
    package var internalDate: String?
    package var size: UInt64?
    package var envelope: Envelope?
    package var structure: BodyPart?
    /// Why there is no structure though one was sent.
    package var objection: String?
}

extension ResponseReader {
    /// The next response, whole.
    ///
    /// - Throws: a `MalformedResponse` where it is none; what reading the stream and the ``ContentSink`` throw.
    package func response() throws -> Response {
        beginResponse()
        if try take(UInt8(ascii: "+")) {
            _ = try take(.space)
            return .continuation(try restOfLine())
        }
        if try take(UInt8(ascii: "*")) {
            try expect(.space)
            return try untagged()
        }
        let tag = try atom()
        try expect(.space)
        let word = try atom()
        guard let condition = StatusResponse.Condition(rawValue: word.uppercased()), condition != .preauth else {
            throw MalformedResponse("\"\(ServiceText.shortened(String(word), to: 40))\" where OK, NO or BAD belongs")
        }
        return .status(try status(condition, tag: tag))
    }

    private func untagged() throws -> Response {
        if case 48...57 = try peek() { return try numbered() }
        let word = try atom().uppercased()
        if let condition = StatusResponse.Condition(rawValue: word) { return .status(try status(condition, tag: nil)) }
        switch word {
        case "CAPABILITY": return .capability(try capabilities())
        case "LIST": return try folder()
        case "SEARCH": return try search()
        case "STATUS": return try counts()
        default:
            try skipResponse()
            return .other
        }
    }

    private func status(_ condition: StatusResponse.Condition, tag: String?) throws -> StatusResponse {
        var status = StatusResponse(tag: tag, condition: condition)
        guard try take(.space) else {
            try expectLineEnd()
            return status
        }
        var text = try restOfLine(limit: 64 << 10)
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            let words = text[..<end].dropFirst().split(separator: " ", maxSplits: 1)
            status.code = words.first?.uppercased()
            status.codeArguments = words.count > 1 ? String(words[1]) : ""
            text = String(text[text.index(after: end)...].drop { $0 == " " })
        }
        status.text = text
        return status
    }

    private func capabilities() throws -> Set<String> {
        var names: Set<String> = []
        while try take(.space) {
            // Some servers have a space at the end.
            if try peek() == .carriageReturn { break }
            try spend(64)
            names.insert(try atom().uppercased())
        }
        try expectLineEnd()
        return names
    }

    /// `(\HasNoChildren \Sent) "/" Sent`
    private func folder() throws -> Response {
        try expect(.space)
        let flags = try words()
        try expect(.space)
        let delimiter = try optionalString().map { String(decoding: $0, as: UTF8.self) }
        try expect(.space)
        let name = try stringOrAtom()
        try spend(name.count)
        // Extended data may follow.
        try skipResponse()
        return .folder(FolderEntry(name: name, delimiter: delimiter, flags: flags))
    }

    /// Words in parentheses, such as flags.
    func words() throws -> [String] {
        try open()
        var words: [String] = []
        if try closes() { return words }
        repeat {
            let word = try atom()
            try spend(word.utf8.count + 16)
            words.append(word)
        } while try take(.space)
        guard try closes() else { throw MalformedResponse("\(ResponseReader.name(try peek())) in a list of words") }
        return words
    }

    private func search() throws -> Response {
        var numbers: [UInt32] = []
        while try take(.space) {
            switch try peek() {
            case 48...57: numbers.append(try number32())
            case .openParenthesis: try skipValue()
            case .carriageReturn: break
            case let byte: throw MalformedResponse("\(ResponseReader.name(byte)) in the answer to a search")
            }
        }
        try expectLineEnd()
        return .search(numbers)
    }

    private func counts() throws -> Response {
        try expect(.space)
        let name = try stringOrAtom()
        try expect(.space)
        try open()
        var counts: [String: UInt64] = [:]
        if try !closes() {
            repeat {
                let item = try atom().uppercased()
                try spend(64)
                try expect(.space)
                if case 48...57 = try peek() { counts[item] = try number() } else { try skipValue() }
            } while try take(.space)
            guard try closes() else { throw MalformedResponse("\(ResponseReader.name(try peek())) in a STATUS") }
        }
        // Some servers have a space at the end.
        _ = try take(.space)
        try expectLineEnd()
        return .counts(folder: name, counts)
    }

    private func numbered() throws -> Response {
        let number = try number()
        try expect(.space)
        switch try atom().uppercased() {
        case "EXISTS":
            try expectLineEnd()
            return .exists(number)
        case "FETCH":
            guard let number = UInt32(exactly: number) else { throw MalformedResponse("a number that is too large") }
            try expect(.space)
            let message = try fetched(number)
            try expectLineEnd()
            return .fetch(message)
        default:
            try skipResponse()
            return .other
        }
    }

    private func fetched(_ number: UInt32) throws -> FetchedMessage {
        var message = FetchedMessage(number: number)
        try open()
        if try closes() { return message }
        repeat { try fetchItem(into: &message) } while try take(.space)
        guard try closes() else { throw MalformedResponse("\(ResponseReader.name(try peek())) in a FETCH") }
        return message
    }

    private func fetchItem(into message: inout FetchedMessage) throws {
        let (name, section) = try fetchName()
        try expect(.space)
        switch name {
        case "UID": message.uid = try number32()
        case "FLAGS": message.flags = try words()
        case "INTERNALDATE": message.internalDate = String(decoding: try string(), as: UTF8.self)
        case "RFC822.SIZE": message.size = try number()
        case "ENVELOPE": message.envelope = try envelope()
        case "BODYSTRUCTURE": try structure(into: &message)
        case "BODY" where section != nil: try contentString(of: section ?? "")
        default: try skipValue()
        }
    }

    /// `BODY[1.HEADER.FIELDS (FROM)]<0>` is `BODY` with the section `1.HEADER.FIELDS (FROM)`.
    private func fetchName() throws -> (name: String, section: String?) {
        var name = ""
        while case let byte = try peek(), byte.isAtomByte, byte != UInt8(ascii: "[") {
            name.unicodeScalars.append(Unicode.Scalar(try next()))
            guard name.utf8.count < 100 else { throw MalformedResponse("an item of more than 100 bytes in a FETCH") }
        }
        guard try take(UInt8(ascii: "[")) else { return (name.uppercased(), nil) }
        var section = ""
        while case let byte = try next(), byte != UInt8(ascii: "]") {
            guard byte > 0x1F, section.utf8.count < 1000 else { throw MalformedResponse("a section that never ends") }
            section.unicodeScalars.append(Unicode.Scalar(byte))
        }
        if try take(UInt8(ascii: "<")) {
            _ = try number()
            try expect(UInt8(ascii: ">"))
        }
        return (name.uppercased(), section.uppercased())
    }

    /// A structure that is more than anybody should have to take is left out; the message stays.
    private func structure(into message: inout FetchedMessage) throws {
        let outer = depth
        do {
            message.structure = try bodyPart()
        } catch let excess as StructureLimits.Excess {
            message.objection = excess.reason
            try skip(to: outer)
        }
    }
}
