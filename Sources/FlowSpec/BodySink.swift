package import FlowCore

/// Takes the body of a successful response piece by piece, over several attempts where one breaks off.
///
/// Used by one thread at a time.
package protocol BodySink: AnyObject, Sendable {
    /// Header fields that ask for what is still missing; none where all of it is.
    func continuation() -> [HTTPHeaders.Field]

    /// A successful answer begins. What has come before counts only where the answer says that it goes on from there.
    ///
    /// - Throws: a `Failure` where its body can't be taken.
    func begin(_ status: Int, _ headers: HTTPHeaders) throws(Failure)

    /// - Throws: a `Failure` where there is no room for it.
    func write(_ bytes: UnsafeRawBufferPointer) throws(Failure)

    /// The answer has ended.
    ///
    /// - Throws: a `Failure` of kind `network` where it had less than it said; what has come is kept.
    func end() throws(Failure)

    /// Whether the last answer went on from what earlier ones had sent.
    var isContinued: Bool { get }

    /// Whether nothing is missing behind what the last answer has sent.
    var isWhole: Bool { get }

    /// Compares what has come with what was to come, once for each time that nothing is missing.
    ///
    /// - Throws: a `Failure` of kind `protocol` where it differs; then the next attempt starts at the beginning.
    func check() throws(Failure)

    /// Forgets what has come, so that the next attempt starts at the beginning.
    func restart()

    /// What has come, as it is now.
    func reference() -> FileReference
}
