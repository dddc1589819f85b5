import ArgumentParser
import FlowCore
import FlowHTTP
import FlowNodes
import Glibc
import Synchronization

/// `--trace FILE`
struct TraceOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write every HTTP exchange to this file, with secrets masked; - is standard error.", valueName: "file"),
        completion: .file())
    var trace: String?

    /// - Throws: an `Exit` of status `usage` where the file can't be written.
    func open(in session: Session) throws -> ExchangeTrace? {
        guard let trace else { return nil }
        let console = session.console
        let write: @Sendable (String) -> Void
        if trace == "-" {
            write = { console.complain(StyledText(String($0.dropLast()))) }
        } else {
            let descriptor = Glibc.open(session.absolutePath(trace), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                throw Exit.usage(
                    "the trace can't be written to \"\(trace)\" (\(String(cString: strerror(errno)).lowercased()))",
                    hint: "name a file in a folder that you may write to")
            }
            try makePrivate(descriptor, trace)
            let file = TraceFile(trace, descriptor, console: session.console)
            write = { file.write($0) }
        }
        return ExchangeTrace(masker: console.masker, clock: SystemClock(), write: write)
    }

    /// Empties a file and keeps it from others: what was sent and answered is the user's alone, whatever the folder
    /// allows, and whoever could read the file before.
    private func makePrivate(_ descriptor: Int32, _ trace: String) throws {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
        guard status.st_uid == geteuid(), fchmod(descriptor, 0o600) == 0, ftruncate(descriptor, 0) == 0 else {
            let reason =
                status.st_uid == geteuid() ? String(cString: strerror(errno)).lowercased() : "it is another user's"
            close(descriptor)
            throw Exit.usage(
                "the trace can't be written to \"\(trace)\" (\(reason))", hint: "name a file that isn't there yet")
        }
    }
}

/// Where exchanges are written, and who hears of it once where there is no room for one.
private final class TraceFile: Sendable {
    private let path: String
    private let channel: DescriptorChannel
    private let console: Console
    private let hasComplained = Atomic<Bool>(false)

    init(_ path: String, _ descriptor: Int32, console: Console) {
        self.path = path
        channel = DescriptorChannel(descriptor: descriptor)
        self.console = console
    }

    func write(_ text: String) {
        channel.write(text)
        let number = channel.errorNumber
        guard number != 0, !hasComplained.exchange(true, ordering: .relaxed) else { return }
        let reason = String(cString: strerror(number)).lowercased()
        console.complain("\("warning:", .yellow) the trace in \(path) is not whole: \(reason)")
    }
}
