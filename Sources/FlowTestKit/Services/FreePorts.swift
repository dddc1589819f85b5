import FlowCore
import Synchronization

/// Ports of 127.0.0.1 that nobody listens at, and that were given to nobody before: a server may be starting, or stopped.
package enum FreePorts {
    private static let given = Mutex<Set<Int>>([])

    /// The first of `count` in a row. Below those that connections are given of the system.
    package static func find(_ count: Int) throws -> Int {
        for _ in 0..<100 {
            let first = Int.random(in: 12_000..<30_000)
            let ports = first..<(first + count)
            let areNew = given.withLock { given in
                guard given.isDisjoint(with: ports) else { return false }
                given.formUnion(ports)
                return true
            }
            if areNew, !ports.contains(where: LoopbackPort.isTaken) { return first }
        }
        throw Failure(.internal, "no \(count) ports in a row are free")
    }
}
