import FlowCore

extension ImapClient {
    /// Puts a message into a folder.
    ///
    /// - Parameters:
    ///   - size: bytes of the message.
    ///   - isUnrepeatable: whether nothing tells afterwards if it is there.
    ///   - content: gives it portion by portion to what it is called with.
    /// - Returns: which identifier it has there, where the server says so.
    func append(
        to folder: String, flags: [String], date: Timestamp?, size: Int64, isUnrepeatable: Bool,
        _ content: ((ArraySlice<UInt8>) throws -> Void) throws -> Void
    ) throws -> (uidValidity: UInt32, uid: UInt32)? {
        var command = Command("APPEND", isUnrepeatable: isUnrepeatable)
        command.add(folder: folder)
        if !flags.isEmpty { command.add("(\(flags.joined(separator: " ")))") }
        if let date { command.add("\"\(MailDate.internalDate(date))\"") }
        // Waits for the server to want it, so that a folder that is full says so before all is sent.
        command.add("{\(size)}")
        var isSent = false
        let status = try guarded(command, isSent: { isSent }) {
            let tag = nextTag()
            if let refusal = try send(command, tag: tag, { _ in }) { return refusal }
            if let refusal = try awaitContinuation(tag, { _ in }) { return refusal }
            isSent = true
            var sent: Int64 = 0
            try content { portion in
                sent += Int64(portion.count)
                try handle.send(portion)
            }
            guard sent == size else {
                throw Failure(.conflict, "the message changed while it was sent", hint: "let nobody write to its file")
            }
            try handle.send("\r\n".utf8)
            return try finish(tag) { _ in }
        }
        try require(status, command, about: folder)
        guard status.code == "APPENDUID" else { return nil }
        let words = status.codeArguments.split(separator: " ")
        guard words.count == 2, let validity = UInt32(words[0]), let uid = UInt32(words[1]) else { return nil }
        return (validity, uid)
    }
}
