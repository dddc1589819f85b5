import FlowCore
import Glibc

/// The bytes of a request's body, read piece by piece and from the start again where libcurl asks for that.
///
/// Used by one thread at a time. Its files are open from the beginning, so that a missing one is found before anything
/// is sent.
final class RequestBody {
    private enum Piece {
        case bytes([UInt8])
        case file(OpenFile, offset: Int64, length: Int64)

        var length: Int64 {
            switch self {
            case .bytes(let bytes): Int64(bytes.count)
            case .file(_, _, let length): length
            }
        }
    }

    private var pieces: [Piece] = []
    private var piece = 0
    /// How much of the current piece has been read.
    private var position: Int64 = 0
    /// How much of the whole has been read.
    private var taken: Int64 = 0
    /// Bytes of the whole body.
    private(set) var length: Int64 = 0
    /// Whether the request has a body at all, be it an empty one.
    let isPresent: Bool
    /// Whether a part of it has been read, and another is still to be.
    var isUnderway: Bool { taken > 0 && taken < length }

    /// - Throws: a `Failure` where a file isn't there, can't be read or is too short.
    init(_ body: HTTPBody) throws(Failure) {
        isPresent = body != .none
        try add(body)
        length = pieces.reduce(0) { $0 + $1.length }
    }

    private func add(_ body: HTTPBody) throws(Failure) {
        switch body {
        case .none: break
        case .bytes(let bytes): pieces.append(.bytes(bytes))
        case .parts(let parts): for part in parts { try add(part) }
        case .file(let path, let offset, let length):
            let file = try OpenFile(path)
            let left = file.size - offset
            guard offset >= 0, left >= length ?? 0 else {
                throw Failure(
                    .invalid, "\(path) has \(file.size) bytes, fewer than are to be sent",
                    hint: "check that nothing else changes the file", nothingSent: true)
            }
            // Files of the system, as in /proc, have content although they say that they have none.
            if file.size == 0, length ?? 0 == 0, case let bytes = try file.unannounced(), !bytes.isEmpty {
                pieces.append(.bytes(bytes))
            } else {
                pieces.append(.file(file, offset: offset, length: length ?? left))
            }
        }
    }

    /// The whole body where it is in memory and at most `limit` bytes; nil where it has to be streamed.
    func inMemory(upTo limit: Int) -> [UInt8]? {
        guard length <= Int64(limit) else { return nil }
        var all: [UInt8] = []
        for piece in pieces {
            guard case .bytes(let bytes) = piece else { return nil }
            if pieces.count == 1 { return bytes }
            all += bytes
        }
        return all
    }

    /// Fills `buffer` as far as one piece goes; 0 at the end.
    ///
    /// - Throws: a `Failure` where a file can't be read or has become shorter.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        while piece < pieces.count {
            let left = pieces[piece].length - position
            guard left > 0 else {
                piece += 1
                position = 0
                continue
            }
            let count = Int(min(left, Int64(buffer.count)))
            let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
            let got: Int
            switch pieces[piece] {
            case .bytes(let bytes):
                bytes.withUnsafeBytes {
                    target.copyMemory(from: .init(rebasing: $0[Int(position)..<Int(position) + count]))
                }
                got = count
            case .file(let file, let offset, _):
                got = try file.read(into: target, at: offset + position)
            }
            position += Int64(got)
            taken += Int64(got)
            return got
        }
        return 0
    }

    /// Goes to `offset` of the whole body; false where it ends before that.
    func seek(to offset: Int64) -> Bool {
        taken = offset
        var rest = offset
        for (index, candidate) in pieces.enumerated() {
            if rest <= candidate.length {
                piece = index
                position = rest
                return true
            }
            rest -= candidate.length
        }
        return offset == 0
    }
}

/// A file open for reading.
private final class OpenFile {
    private let path: String
    private let descriptor: Int32
    let size: Int64

    init(_ path: String) throws(Failure) {
        self.path = path
        // Without it, to open a pipe that nobody writes to would take for ever.
        descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            let error = errno
            throw Failure(
                error == ENOENT ? .notFound : error == EACCES ? .permission : .invalid,
                "could not read \(path) (\(systemText(error)))", hint: "check the path and its permissions",
                nothingSent: true)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            size = 0
            throw Failure(.invalid, "\(path) is not a regular file", hint: "name a file", nothingSent: true)
        }
        size = Int64(status.st_size)
    }

    deinit { close(descriptor) }

    /// Bytes of a file that says it has none. What grows while it is read has an end here, too.
    private static let mostUnannounced = 16 << 20

    /// What there is to read although the size says that there is nothing.
    func unannounced() throws(Failure) -> [UInt8] {
        guard let bytes = SystemCall.contents(of: descriptor, upTo: OpenFile.mostUnannounced + 1) else {
            throw Failure(
                .invalid, "could not read \(path) (\(systemText(errno)))", hint: "send a copy of it",
                nothingSent: true)
        }
        guard bytes.count <= OpenFile.mostUnannounced else {
            throw Failure(
                .invalid, "\(path) has more than it says", hint: "check that nothing else changes the file",
                nothingSent: true)
        }
        return bytes
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(Failure) -> Int {
        let count = SystemCall.read(descriptor, into: buffer, at: offset)
        guard count > 0 else {
            let reason = count == 0 ? "it became shorter" : systemText(errno)
            throw Failure(
                .invalid, "could not read \(path) to its end (\(reason))",
                hint: "check that nothing else changes the file")
        }
        return count
    }
}
