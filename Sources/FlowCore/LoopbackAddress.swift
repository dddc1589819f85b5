package import Glibc

/// An address of the loopback interface, of either family.
package struct LoopbackAddress {
    private var storage = sockaddr_storage()
    private let size: socklen_t

    package init(family: Int32, port: UInt16) {
        if family == AF_INET6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_addr = in6addr_loopback
            size = LoopbackAddress.copy(address, to: &storage)
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            size = LoopbackAddress.copy(address, to: &storage)
        }
    }

    private static func copy<Address>(_ address: Address, to storage: inout sockaddr_storage) -> socklen_t {
        withUnsafeBytes(of: address) { source in
            withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: source) }
        }
        return socklen_t(MemoryLayout<Address>.size)
    }

    package mutating func withSocketAddress<R>(_ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> R) -> R {
        let size = size
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
        }
    }

    /// The port a bound socket has got.
    package mutating func port(of socket: Int32) -> Int? {
        let isKnown = withSocketAddress { pointer, size in
            var size = size
            return getsockname(socket, pointer, &size) == 0
        }
        // The port stands at the same place in both families.
        guard isKnown else { return nil }
        return withUnsafeBytes(of: storage) { Int($0[2]) << 8 | Int($0[3]) }
    }
}
