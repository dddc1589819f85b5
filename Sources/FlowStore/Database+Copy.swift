package import FlowCore
import Glibc

extension Database {
    /// Writes all of the database, as it is at one moment, to a file of mode 0600; others may read and write meanwhile.
    ///
    /// The file is whole and on disk when it gets its name.
    ///
    /// - Parameter replacing: whether a file of that name may be replaced.
    /// - Throws: `conflict` where there is a file and it may not be replaced.
    package func copy(to target: String, replacing: Bool) throws(Failure) {
        guard replacing || !PrivateFile.exists(target) else {
            throw Failure(.conflict, "there is already a file \"\(target)\"", hint: "name another file")
        }
        if let objection = ReplacedFile.objection(to: target) {
            throw Failure(
                .invalid, "the copy \"\(target)\" can't be written: \(objection.rawValue)", hint: "name a file")
        }
        let part = "\(target).part-\(getpid())"
        unlink(part)
        let descriptor = Glibc.open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw copyFailure(target) }
        defer { close(descriptor) }
        do throws(Failure) {
            try execute("VACUUM INTO ?", [.string(part)])
            // SQLite leaves it to the system when such a copy reaches the disk.
            guard fsync(descriptor) == 0, rename(part, target) == 0 else { throw copyFailure(target) }
        } catch {
            unlink(part)
            throw error
        }
        ParentFolder.sync(of: target)
    }

    private func copyFailure(_ target: String) -> Failure {
        let number = errno
        return Failure(
            number == EACCES || number == EPERM || number == EROFS ? .permission : .invalid,
            "the copy \"\(target)\" can't be written: \(String(cString: strerror(number)).lowercased())",
            hint: "check the folder it is in")
    }
}
