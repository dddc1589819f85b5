/// Where the bytes of a server come from.
package protocol ByteSource: AnyObject {
    /// Puts some bytes there as soon as any have come.
    ///
    /// - Returns: how many; 0 where none will follow.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}
