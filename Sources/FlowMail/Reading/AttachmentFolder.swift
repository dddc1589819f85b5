import FlowCore
import FlowNodeKit
import FlowSpec

/// The folder that attachments are saved to. Files that are there stay as they are.
///
/// A name that is taken gets a number: `report-2.pdf`. A file that has the name and the content already is taken for the
/// one that is to be saved, so that saving once more after a break leaves nothing twice.
struct AttachmentFolder {
    private static let mostNumbers = 10_000

    let path: String
    let files: any FileSystem
    /// The same for each attempt of a step, so that one writes over what another that was killed has left.
    let key: String

    /// Writes what `fill` gives to the sink, and gives the file its name when it is whole.
    func save(
        _ attachment: BodyPart, as name: AttachmentName, _ fill: (FileSink) throws -> Void
    ) throws -> FileReference {
        if try files.info(path) == nil { try files.createFolder(path) }
        let part = "\(path)/.part-\(key)-\(attachment.section)"
        do {
            let sink = try FileSink(attachment.encoding, part: part, in: files)
            try fill(sink)
            try sink.finish()
            let final = try settle(part, as: name, size: sink.size)
            return FileReference(path: final, size: sink.size, mediaType: attachment.mediaType)
        } catch {
            try? files.delete(part, recursive: false)
            throw error
        }
    }

    private func settle(_ part: String, as name: AttachmentName, size: Int64) throws -> String {
        for number in 1...Self.mostNumbers {
            let candidate = "\(path)/\(name.numbered(number))"
            if try files.moveIfFree(part, to: candidate) { return candidate }
            guard try isSame(part, candidate, size: size) else { continue }
            try files.delete(part, recursive: false)
            return candidate
        }
        throw Failure(
            .conflict, "\"\(path)\" has \(Self.mostNumbers) files named like \"\(name.text)\"",
            hint: "save to another folder, such as one for each message")
    }

    private func isSame(_ part: String, _ other: String, size: Int64) throws -> Bool {
        guard let info = try files.info(other), info.kind == .file, info.size == size else { return false }
        let step = 256 << 10
        for offset in stride(from: Int64(0), to: size, by: step) {
            let left = try files.read(part, from: offset, count: step).bytes
            guard try files.read(other, from: offset, count: step).bytes == left else { return false }
        }
        return true
    }
}
