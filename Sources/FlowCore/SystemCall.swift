import Glibc

/// Reading and writing by descriptor: once more where a signal broke in, and on where only a part was done.
///
/// What fails leaves its reason in `errno`, as the system's own calls do.
package enum SystemCall {
    /// What there is, as `read(2)` gives it.
    ///
    /// - Returns: how many bytes; 0 at the end, -1 where it failed.
    package static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        repeated { Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
    }

    package static func read(_ descriptor: Int32, into buffer: inout [UInt8]) -> Int {
        buffer.withUnsafeMutableBytes { read(descriptor, into: $0) }
    }

    /// As ``read(_:into:)``, from a place in a file.
    package static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
        repeated { pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset)) }
    }

    /// What a descriptor gives up to its end, or the first `count` bytes of that; nil where it can't be read.
    package static func contents(of descriptor: Int32, upTo count: Int = .max) -> [UInt8]? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < count {
            let got = read(descriptor, into: &chunk)
            guard got >= 0 else { return nil }
            guard got > 0 else { break }
            bytes += chunk.prefix(min(got, count - bytes.count))
        }
        return bytes
    }

    /// As ``contents(of:upTo:)``, of the file at a path.
    package static func contents(ofFile path: String, upTo count: Int = .max) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return contents(of: descriptor, upTo: count)
    }

    /// As much as is taken now, as `write(2)` does it.
    ///
    /// - Returns: how many bytes; -1 where it failed.
    package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int {
        repeated { Glibc.write(descriptor, bytes.baseAddress, bytes.count) }
    }

    /// All of the bytes, also through a pipe or terminal that is full and that another process has made non-blocking.
    ///
    /// - Returns: false where it failed, be it after a part of them.
    package static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = write(UnsafeRawBufferPointer(rebasing: rest), to: descriptor)
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0, errno == EAGAIN {
                var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&poller, 1, 1000)
            } else {
                return false
            }
        }
        return true
    }

    package static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { writeAll($0, to: descriptor) }
    }

    private static func repeated(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            guard result < 0, errno == EINTR else { return result }
        }
    }
}
