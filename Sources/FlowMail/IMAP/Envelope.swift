/// The head of a message as the server has read it; texts are as they stand there, encoded words and all.
package struct Envelope: Sendable, Equatable {
    package struct Address: Sendable, Equatable {
        package var name: [UInt8]?
        /// `ada@example.com`
        package var mailbox: [UInt8]
    }

    package var date: [UInt8]?
    package var subject: [UInt8]?
    package var from: [Address] = []
    package var sender: [Address] = []
    package var replyTo: [Address] = []
    package var to: [Address] = []
    package var cc: [Address] = []
    package var bcc: [Address] = []
    package var inReplyTo: [UInt8]?
    package var messageID: [UInt8]?
}

extension ResponseReader {
    func envelope() throws -> Envelope {
        var envelope = Envelope()
        try open()
        envelope.date = try optionalString()
        try expect(.space)
        envelope.subject = try optionalString()
        for list in [\Envelope.from, \.sender, \.replyTo, \.to, \.cc, \.bcc] {
            try expect(.space)
            envelope[keyPath: list] = try addresses()
        }
        try expect(.space)
        envelope.inReplyTo = try optionalString()
        try expect(.space)
        envelope.messageID = try optionalString()
        guard try closes() else {
            throw MalformedResponse("\(ResponseReader.name(try peek())) at the end of an envelope")
        }
        return envelope
    }

    private func addresses() throws -> [Envelope.Address] {
        guard try isOpening() else {
            try takeNil()
            return []
        }
        try open()
        var addresses: [Envelope.Address] = []
        while try !closes() {
            // Some servers put a space between them.
            _ = try take(.space)
            try spend(64)
            if let address = try address() { addresses.append(address) }
        }
        return addresses
    }

    /// nil for the start or the end of a group.
    private func address() throws -> Envelope.Address? {
        try open()
        let name = try optionalString()
        try expect(.space)
        // A route, which nobody uses any more.
        _ = try optionalString()
        try expect(.space)
        let mailbox = try optionalString()
        try expect(.space)
        let host = try optionalString()
        guard try closes() else {
            throw MalformedResponse("\(ResponseReader.name(try peek())) at the end of an address")
        }
        guard let mailbox, let host else { return nil }
        // What Dovecot makes up where there is none.
        let hasHost = !host.isEmpty && host != Array("MISSING_DOMAIN".utf8)
        return Envelope.Address(name: name, mailbox: hasHost ? mailbox + [UInt8(ascii: "@")] + host : mailbox)
    }
}
