import Glibc
import Testing

private let plantedFault = getenv("FLOWCTL_PLANTED_FAULT").map { String(cString: $0) }

/// Faults that `make sanitize` plants, to see that its sanitizers find them.
@Suite struct PlantedFaultTests {
    private final class Count: @unchecked Sendable {
        var value = 0
    }

    /// Two threads that count without a lock.
    @Test(.enabled(if: plantedFault == "thread")) func race() throws {
        let count = Unmanaged.passRetained(Count())
        var threads = [pthread_t](repeating: 0, count: 2)
        for index in threads.indices {
            let code = pthread_create(
                &threads[index], nil,
                { argument in
                    guard let argument else { return nil }
                    let count = Unmanaged<Count>.fromOpaque(argument).takeUnretainedValue()
                    for _ in 0..<1_000_000 { count.value += 1 }
                    return nil
                }, count.toOpaque())
            try #require(code == 0)
        }
        for thread in threads { pthread_join(thread, nil) }
        #expect(count.takeRetainedValue().value > 0)
    }

    /// A read of memory that has been given back.
    @Test(.enabled(if: plantedFault == "address")) func useAfterTheEnd() {
        let pointer = UnsafeMutablePointer<Int>.allocate(capacity: 1)
        pointer.initialize(to: 1)
        pointer.deallocate()
        #expect(pointer.pointee > Int.min)
    }
}
