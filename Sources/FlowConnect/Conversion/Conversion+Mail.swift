import FlowCore
import FlowMIME
import FlowSpec

extension Conversion {
    /// Files of one message together, before they are encoded.
    private static let maximumAttachments: Int64 = 25 << 20

    /// A map as a mail message, for services that take one as it would go over the wire.
    ///
    /// - Throws: a failure of kind `invalid` that names what is wrong in the map.
    func message(_ value: Value) throws(Failure) -> String {
        let message = try MailMessage(
            value,
            MailSurroundings(
                now: context.world.clock.now(), identifier: identifier, boundary: boundary,
                file: { path throws(Failure) in try attachment(path) }))
        guard message.attachedSize <= Self.maximumAttachments else {
            throw Failure(
                .invalid, "the attachments of a message have more than 25 MiB together",
                hint: "upload them to a store, and send links")
        }
        var bytes: [UInt8] = []
        do {
            try message.content(namesBcc: true).write(
                reading: { path, offset, count in
                    try context.world.files.read(path, from: offset, count: count).bytes
                }, to: { bytes += $0 })
        } catch {
            throw Failure(error)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The same for each try of one piece of work, so that a message can be found again.
    private var identifier: String {
        if isPreview { return "id" }
        return context.idempotencyKey.isEmpty ? context.world.random.uuid() : context.idempotencyKey
    }

    private func boundary() -> String {
        isPreview ? "boundary" : "flowctl-" + Hexadecimal.encode(context.world.random.bytes(10))
    }

    private func attachment(_ path: String) throws(Failure) -> FileReference {
        let path = context.absolutePath(path)
        // An earlier step may make the file.
        if isPreview { return FileReference(path: path, size: 0) }
        return try context.file(path)
    }
}
