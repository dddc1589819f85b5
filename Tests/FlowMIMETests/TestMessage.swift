import FlowCore
import FlowMIME
import Synchronization

/// Messages made as in a run, with a clock that stands still and boundaries that count.
struct TestMessage {
    var files: [String: [UInt8]] = [:]

    func message(_ map: Value) throws(Failure) -> MailMessage {
        let count = Mutex(0)
        return try MailMessage(
            map,
            MailSurroundings(
                now: Timestamp(seconds: 1_795_248_309), identifier: "key-1",
                boundary: { "b\(count.withLock { $0 += 1; return $0 })" },
                file: { path throws(Failure) in
                    guard let bytes = files[path] else { throw Failure(.notFound, "there is no file \"\(path)\"") }
                    return FileReference(path: path, size: Int64(bytes.count), mediaType: MediaType.ofFile(path))
                }))
    }

    func bytes(_ map: Value, namesBcc: Bool = false) throws -> [UInt8] {
        let content = try message(map).content(namesBcc: namesBcc)
        var bytes: [UInt8] = []
        try content.write(
            reading: { path, offset, count in Array((files[path] ?? []).dropFirst(Int(offset)).prefix(count)) },
            to: { bytes += $0 })
        return bytes
    }

    func text(_ map: Value, namesBcc: Bool = false) throws -> String {
        String(decoding: try bytes(map, namesBcc: namesBcc), as: UTF8.self)
    }

    func failure(_ map: Value) -> Failure? {
        do throws(Failure) {
            _ = try message(map)
            return nil
        } catch { return error }
    }
}

extension Value {
    /// The map with one more key.
    func with(_ key: String, _ value: Value) -> Value {
        var map = mapValue ?? ValueMap()
        map[key] = value
        return .map(map)
    }
}
