import FlowCore
import Glibc

extension Session {
    /// The most a file named on the command line may hold, in bytes.
    static let inputLimit = 64 << 20

    /// The absolute path of a file that an option names to be written later.
    ///
    /// - Throws: an `Exit` of status `usage` where there is no such folder, before anything has begun.
    func writablePath(_ path: String, as what: String) throws -> String {
        let absolute = absolutePath(path)
        let folder = ParentFolder.of(absolute)
        guard access(folder, W_OK) == 0 else {
            let failure = Session.failure("can't write \(what) \"\(path)\"")
            throw Exit.usage(failure.message, hint: "name a file in a folder that you may write to")
        }
        return absolute
    }

    /// The bytes of a file named on the command line; `-` is standard input.
    ///
    /// - Parameter what: what the file is, for messages: `the inputs file`.
    func read(_ path: String, as what: String) throws(Failure) -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(absolutePath(path), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Session.failure("can't read \(what) \"\(path)\"") }
        defer { if path != "-" { close(descriptor) } }
        let tooLarge = Failure(.invalid, "\(what) \"\(path)\" is larger than \(Session.inputLimit >> 20) MiB")
        var facts = stat()
        guard fstat(descriptor, &facts) != 0 || facts.st_size <= Session.inputLimit else { throw tooLarge }
        guard let bytes = SystemCall.contents(of: descriptor, upTo: Session.inputLimit + 1) else {
            throw Session.failure("can't read \(what) \"\(path)\"")
        }
        guard bytes.count <= Session.inputLimit else { throw tooLarge }
        return bytes
    }

    /// As ``read(_:as:)``, for a file that an option names.
    ///
    /// - Parameter hint: what to do where it can't be read.
    /// - Throws: an `Exit` of status `usage`.
    func readArgument(_ path: String, as what: String, hint: String? = nil) throws -> [UInt8] {
        do {
            return try read(path, as: what)
        } catch {
            throw Exit.usage(error.message, hint: hint ?? error.hint)
        }
    }

    /// The text in a file that an option names.
    ///
    /// - Throws: an `Exit` of status `usage`, also where it is not UTF-8: with other characters in the place of those
    ///   that can't be read, a password would be another.
    func readText(_ path: String, as what: String, hint: String? = nil) throws -> String {
        guard let text = String(validating: try readArgument(path, as: what, hint: hint), as: UTF8.self) else {
            throw Exit.usage("\(what) \"\(path)\" is not UTF-8 text", hint: "convert it, or give bytes as base64")
        }
        return text
    }

    /// The JSON object in a file that an option names.
    ///
    /// - Parameter refusesRepeatedKeys: says that each key may stand there once.
    /// - Throws: an `Exit` of status `usage`.
    func readObject(_ path: String, as what: String, refusesRepeatedKeys: Bool = false) throws -> ValueMap {
        let value = try readJSON(path, as: what, refusesRepeatedKeys: refusesRepeatedKeys)
        guard let object = value.mapValue else {
            throw Exit.usage("\(what) \"\(path)\" must hold a JSON object, not a \(value.type.plainName)")
        }
        return object
    }

    func readJSON(_ path: String, as what: String, refusesRepeatedKeys: Bool = false) throws -> Value {
        let bytes = try readArgument(path, as: what)
        do {
            return try JSON.parse(bytes, refusesRepeatedKeys: refusesRepeatedKeys)
        } catch {
            throw Exit.usage("\(what) \"\(path)\" is no JSON: \(error.message)", hint: error.hint)
        }
    }

    /// Writes a whole file; folders above it must exist.
    ///
    /// - Parameter replacing: false refuses to write over a file that is there.
    func write(_ text: String, to path: String, replacing: Bool = true) throws(Failure) {
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (replacing ? O_TRUNC : O_EXCL)
        let descriptor = open(absolutePath(path), flags, 0o644)
        guard descriptor >= 0 else {
            let number = errno
            var failure = Session.failure("can't write \"\(path)\"")
            switch number {
            case EEXIST: failure.hint = "choose another name, or remove that file"
            case ENOENT: failure.hint = "make the folder first"
            default: break
            }
            throw failure
        }
        defer { close(descriptor) }
        guard SystemCall.writeAll(Array(text.utf8), to: descriptor) else {
            throw Session.failure("can't write \"\(path)\"")
        }
    }

    /// Writes bytes to standard output as they are. Half of them must not look like all.
    static func writeOut(_ bytes: some Collection<UInt8>) throws(Failure) {
        guard SystemCall.writeAll(Array(bytes), to: STDOUT_FILENO) else {
            throw Session.failure("can't write to standard output")
        }
    }

    /// A failure with the system's words for `errno`.
    static func failure(_ message: String) -> Failure {
        let number = errno
        let reason = String(cString: strerror(number))
        return Failure(
            number == ENOENT ? .notFound : number == EACCES || number == EPERM ? .permission : .invalid,
            "\(message): \(reason.prefix(1).lowercased())\(reason.dropFirst())")
    }
}
