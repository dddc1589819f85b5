import FlowCore
import FlowCrypto
import FlowSpec
import Glibc
import Synchronization

/// A download on its way: until it is whole it stands beside its name as `NAME.part-flowctl`, or with a number behind that
/// where another download of the name is under way.
///
/// What has come is kept when an answer breaks off, so that the next attempt asks for the rest only. What a killed process
/// has left is overwritten or deleted by the next download of that name, as its lock is gone with it. Unchecked, because
/// one thread has it at a time: that of the transfers while one is under way, else that of the call.
final class PartFile: BodySink, @unchecked Sendable {
    /// As the user calls it.
    private let path: String
    /// Where the file comes to stand: what `path` links to, where it is a link.
    private let target: String
    private var partPath: String
    private let limit: Int64?
    /// What the whole file must hash to; it counts more than what the server says.
    private let digest: ContentDigest?
    /// Whether the call itself asks for a part of the file.
    private let asksForPart: Bool

    private var descriptor: Int32 = -1
    private var size: Int64 = 0
    /// What the first answer said about the file, for the answers that go on from there.
    private var edition: Edition?
    /// Whether what is missing is all that was asked for.
    private var isContinuing = false
    private(set) var isContinued = false
    /// How much there is when the answer has sent the part that it announced; nil where it announced none.
    private var partEnd: Int64?
    private var expected: ContentDigest?
    private var running: StreamingDigest?
    /// What the whole file hashes to, where that was compared.
    private var sha256: String?
    private var mediaType: String?

    /// How many downloads of one name there can be at once.
    private static let most = 64

    /// Set when another thread has completed it. The runtime sees to that order as well; this says so to the thread
    /// sanitizer, which doesn't see it where the work ends before the task waits for it.
    private let isHandedBack = Atomic<Bool>(false)

    init(
        for path: String, in target: String, limit: Int64?, digest: ContentDigest?, asksForPart: Bool = false
    ) {
        self.path = path
        self.target = target
        self.limit = limit
        self.digest = digest
        self.asksForPart = asksForPart
        partPath = PartFile.name(1, of: target)
    }

    private static func name(_ number: Int, of path: String) -> String {
        ReplacedFile.beside(path, ".part-flowctl" + (number == 1 ? "" : "-\(number)"))
    }

    deinit { discard() }

    // MARK: What comes

    func continuation() -> [HTTPHeaders.Field] {
        guard size > 0, let validator = edition?.validator else {
            isContinuing = false
            return []
        }
        isContinuing = true
        return [.init("Range", "bytes=\(size)-"), .init("If-Range", validator)]
    }

    func begin(_ status: Int, _ headers: HTTPHeaders) throws(Failure) {
        let range = status == 206 ? ContentRange(headers) : nil
        isContinued = false
        partEnd = nil
        if isContinuing, status == 206 { return try goOn(range, Edition(headers)) }
        if status == 206, !asksForPart, range?.isWhole != true { throw otherPart }
        partEnd = range.map { $0.end - $0.start }
        let edition = Edition(headers)
        if let announced = edition.size, let limit, announced > limit { throw tooLong(limit) }
        try open()
        self.edition = edition
        mediaType = headers["content-type"]
        sha256 = nil
        expected = digest ?? (status == 206 ? nil : ContentDigest(announcedBy: headers))
        switch expected?.algorithm {
        case .sha256: running = try StreamingDigest(.sha256)
        case .sha512: running = try StreamingDigest(.sha512)
        case nil: running = nil
        }
    }

    /// A part begins that is to follow what is there.
    private func goOn(_ range: ContentRange?, _ other: Edition) throws(Failure) {
        guard let edition, let range, range.start == size, let total = range.total ?? edition.size,
            total == edition.size ?? total, range.end <= total
        else { throw otherPart }
        guard edition.mayBe(other) else {
            throw startingAgain("the file has changed on the server since its beginning came")
        }
        if let limit, total > limit { throw tooLong(limit) }
        self.edition?.size = total
        partEnd = range.end
        isContinued = true
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        if let partEnd, Int64(bytes.count) > partEnd - size {
            throw startingAgain("the server sent more of the file than it announced")
        }
        if let limit, size + Int64(bytes.count) > limit { throw tooLong(limit) }
        guard SystemCall.writeAll(bytes, to: descriptor) else { throw failure(errno) }
        try running?.update(bytes)
        size += Int64(bytes.count)
    }

    func end() throws(Failure) {
        guard let partEnd, size < partEnd else { return }
        throw Failure(.network, "the answer for \(path) broke off", hint: "try again later")
    }

    var isWhole: Bool {
        guard isContinued, let total = edition?.size else { return true }
        return size >= total
    }

    func restart() {
        size = 0
        edition = nil
        isContinuing = false
        isContinued = false
    }

    func reference() -> FileReference {
        let name = path.split(separator: "/").last.map(String.init)
        return FileReference(path: partPath, name: name, size: size, mediaType: mediaType)
    }

    /// An empty file to write to.
    private func open() throws(Failure) {
        // Where another download of the same name has one, or it isn't this user's, the next is tried.
        for number in 1...PartFile.most where descriptor < 0 {
            partPath = PartFile.name(number, of: target)
            descriptor = PartFile.locked(partPath)
        }
        guard descriptor >= 0 else { throw errno == EWOULDBLOCK ? crowded : failure(errno) }
        // Before there is anything in it that others may not read.
        var replaced = stat()
        if stat(target, &replaced) == 0 { fchmod(descriptor, replaced.st_mode & 0o777) }
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw failure(errno) }
        size = 0
    }

    /// The file of that name for this process alone; -1 where it can't be had.
    private static func locked(_ path: String) -> Int32 {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return -1 }
        var opened = stat()
        var named = stat()
        // Who had it until now may have given the file its final name, or deleted it, before the lock was free.
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &opened) == 0, lstat(path, &named) == 0,
            (opened.st_dev, opened.st_ino) == (named.st_dev, named.st_ino), opened.st_mode & S_IFMT == S_IFREG,
            opened.st_uid == geteuid(), opened.st_nlink == 1
        {
            return descriptor
        }
        let error = errno
        close(descriptor)
        errno = error
        return -1
    }

    // MARK: The end

    func check() throws(Failure) {
        guard let expected, let running = running.take() else { return }
        let found = ContentDigest(expected.algorithm, try running.finish())
        guard found == expected else {
            restart()
            throw damaged(expected, found)
        }
        if found.algorithm == .sha256 { sha256 = Hexadecimal.encode(found.bytes) }
    }

    /// Brings the content to disk and gives the file its name, in place of one that has it.
    ///
    /// - Throws: as ``check()``, or where the file can't be written; the old file stays.
    func complete() throws(Failure) -> FileReference {
        defer { isHandedBack.store(true, ordering: .releasing) }
        try check()
        guard fsync(descriptor) == 0, rename(partPath, target) == 0 else { throw failure(errno) }
        close(descriptor)
        descriptor = -1
        guard ParentFolder.sync(of: target) else { throw failure(errno) }
        deleteLeftovers()
        return FileReference(path: path, size: size, mediaType: mediaType, sha256: sha256)
    }

    /// Deletes what killed processes have left of downloads that ran beside others.
    private func deleteLeftovers() {
        for number in 2...PartFile.most {
            let name = PartFile.name(number, of: target)
            guard access(name, F_OK) == 0 else { return }
            let leftover = PartFile.locked(name)
            guard leftover >= 0 else { continue }
            unlink(name)
            close(leftover)
        }
    }

    /// Called by the task once ``complete()`` has ended.
    func takeBack() { _ = isHandedBack.load(ordering: .acquiring) }

    /// Deletes what has come; nothing happens where the file is complete.
    func discard() {
        guard descriptor >= 0 else { return }
        // Deleted before its lock goes: after that it may be another's.
        unlink(partPath)
        close(descriptor)
        descriptor = -1
        size = 0
    }

    // MARK: Failures

    private var otherPart: Failure {
        startingAgain("the server sent another part of the file than was asked for")
    }

    /// What has come can't be gone on from.
    private func startingAgain(_ reason: String) -> Failure {
        restart()
        return Failure(.network, reason, hint: "try again")
    }

    private var crowded: Failure {
        Failure(
            .invalid, "could not write \(path): \(PartFile.most) downloads of that name are under way",
            hint: "give each a name of its own, or bound them with max_parallel")
    }

    private func tooLong(_ limit: Int64) -> Failure {
        Failure(
            .protocolError, "the answer for \(path) is longer than \(ByteCount.text(limit))",
            hint: "ask for less, or raise the limit", code: ByteCount.tooLarge)
    }

    private func damaged(_ expected: ContentDigest, _ found: ContentDigest) -> Failure {
        let who = digest == nil ? "the server announced" : "was asked for"
        return Failure(
            .protocolError, "what came for \(path) is not what \(who): its digest is \(found), not \(expected)",
            hint: digest == nil
                ? "run it again; where it stays so, tell the service" : "compare the digest with the publisher's",
            code: "digest_mismatch")
    }

    private func failure(_ error: Int32) -> Failure {
        let hint =
            switch error {
            case ENOSPC, EDQUOT: "free some space, or write to another disk"
            case ENOENT: "create the folder first"
            default: "check the folder and its permissions"
            }
        return Failure(
            error == EACCES ? .permission : .invalid, "could not write \(path) (\(systemText(error)))", hint: hint)
    }
}

/// The system's words for an error number, in lower case.
func systemText(_ error: Int32) -> String { String(cString: strerror(error)).lowercased() }
