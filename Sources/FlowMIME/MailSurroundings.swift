package import FlowCore

/// What a message takes from around it.
package struct MailSurroundings {
    package let now: Timestamp
    /// Becomes its Message-ID: the same for each try of one piece of work, so that the message can be found again.
    package let identifier: String
    /// Something that stands in no part; a new one each time.
    package let boundary: () -> String
    /// The file at a path, which may be relative.
    package let file: (_ path: String) throws(Failure) -> FileReference

    package init(
        now: Timestamp, identifier: String, boundary: @escaping () -> String,
        file: @escaping (_ path: String) throws(Failure) -> FileReference
    ) {
        self.now = now
        self.identifier = identifier
        self.boundary = boundary
        self.file = file
    }
}
