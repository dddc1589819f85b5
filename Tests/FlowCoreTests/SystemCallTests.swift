import FlowCore
import FlowTestKit
import Glibc
import Synchronization
import Testing

// One after the other: what a signal does is the same for all threads.
@Suite("Reading and writing by descriptor", .serialized)
struct SystemCallTests {
    private func withPipe(_ body: (_ reading: Int32, _ writing: Int32) async throws -> Void) async throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        try await body(ends[0], ends[1])
    }

    @Test("no more is read than was asked for")
    func bounded() async throws {
        try await withPipe { reading, writing in
            #expect(SystemCall.writeAll([1, 2, 3, 4, 5], to: writing))
            #expect(SystemCall.contents(of: reading, upTo: 3) == [1, 2, 3])
            close(writing)
        }
    }

    @Test("a file is read to its end, and from a place in it")
    func file() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/file"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        #expect(SystemCall.writeAll(Array("abcdef".utf8), to: descriptor))
        #expect(SystemCall.contents(ofFile: path) == Array("abcdef".utf8))
        var piece: [UInt8] = [0, 0]
        #expect(piece.withUnsafeMutableBytes { SystemCall.read(descriptor, into: $0, at: 4) } == 2)
        #expect(piece == Array("ef".utf8))
    }

    @Test("what fails leaves the reason")
    func failure() {
        #expect(SystemCall.contents(ofFile: "/proc/self/no such file") == nil && errno == ENOENT)
        #expect(!SystemCall.writeAll([1], to: -1) && errno == EBADF)
        var byte: [UInt8] = [0]
        #expect(SystemCall.read(-1, into: &byte) == -1 && errno == EBADF)
    }

    /// Makes a call on a thread that others know.
    private final class InterruptedCall: Sendable {
        private let thread = Atomic<pthread_t>(0)

        func run<Result: Sendable>(_ call: @escaping @Sendable () -> Result) async throws -> Result {
            try await OwnThread.run {
                self.thread.store(pthread_self(), ordering: .releasing)
                return call()
            }
        }

        func interrupt() async {
            while thread.load(ordering: .acquiring) == 0 { await Task.yield() }
            pthread_kill(thread.load(ordering: .acquiring), SIGURG)
        }
    }

    /// Without SA_RESTART a signal ends a call that waits: with EINTR, or with the part that is done.
    private func withSignals(_ body: () async throws -> Void) async throws {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        var previous = sigaction()
        sigaction(SIGURG, &action, &previous)
        defer { sigaction(SIGURG, &previous, nil) }
        try await body()
    }

    private func hasBytes(_ descriptor: Int32) -> Bool {
        var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&poller, 1, 0) == 1
    }

    @Test("reading goes on after a signal")
    func interruptedRead() async throws {
        try await withPipe { reading, writing in
            try await withSignals {
                let call = InterruptedCall()
                async let got = call.run { SystemCall.contents(of: reading) }
                // It can't end before there is something to read.
                for _ in 0..<100 { await call.interrupt() }
                #expect(SystemCall.writeAll([7], to: writing))
                close(writing)
                let bytes = try await got
                #expect(bytes == [7])
            }
        }
    }

    @Test("writing goes on after a signal cut it off")
    func interruptedWrite() async throws {
        try await withPipe { reading, writing in
            try await withSignals {
                let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                let call = InterruptedCall()
                async let isWritten = call.run {
                    defer { close(writing) }
                    return SystemCall.writeAll(bytes, to: writing)
                }
                // It has begun then, and the pipe hasn't room for all.
                while !hasBytes(reading) { await Task.yield() }
                await call.interrupt()
                let arrived = try await OwnThread.run { SystemCall.contents(of: reading) }
                let isWhole = try await isWritten
                #expect(isWhole && arrived == bytes)
            }
        }
    }
}
