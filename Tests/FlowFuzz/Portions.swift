import FlowMail

/// Bytes that come in portions of one size.
package final class Portions: ByteSource {
    private var rest: ArraySlice<UInt8>
    private let size: Int

    package init(_ bytes: [UInt8], size: Int) {
        rest = bytes[...]
        self.size = size
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let portion = rest.prefix(min(size, buffer.count))
        buffer.copyBytes(from: portion)
        rest = rest.dropFirst(portion.count)
        return portion.count
    }
}
