import ArgumentParser
import FlowCore
import FlowHTTP
import FlowNodes
import Glibc

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
            // What was sent and answered is the user's alone, whatever the folder allows.
            let descriptor = Glibc.open(
                session.absolutePath(trace), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                throw Exit.usage(
                    "the trace can't be written to \"\(trace)\" (\(String(cString: strerror(errno)).lowercased()))",
                    hint: "name a file in a folder that you may write to")
            }
            let channel = DescriptorChannel(descriptor: descriptor)
            write = { channel.write($0) }
        }
        return ExchangeTrace(masker: console.masker, clock: SystemClock(), write: write)
    }
}
