import Glibc
import Synchronization

/// What is said when flowctl itself fails by a trap: that it is a bug, and how to go on. A stripped static binary would
/// end without a word.
enum CrashNote {
    /// The text as bytes with a fixed address: the handler may not allocate.
    private static let text = Atomic<UInt>(0)
    private static let length = Atomic<Int>(0)

    /// Makes traps end the process with the note and exit code 70.
    static func install() {
        set("")
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { _ in
                RawTerminal.restore()
                if let text = UnsafeRawPointer(bitPattern: CrashNote.text.load(ordering: .relaxed)) {
                    _ = write(STDERR_FILENO, text, CrashNote.length.load(ordering: .relaxed))
                }
                _exit(ExitStatus.bug.rawValue)
            }
            // Once: a second trap inside the handler must end the process.
            action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_NODEFER
            sigaction(number, &action, nil)
        }
    }

    /// Adds how the run can be resumed.
    static func set(resume command: String) { set("  hint: resume the run with \"\(command)\"\n") }

    private static func set(_ hint: String) {
        let bytes = Array(
            ("error: flowctl \(Version.number) hit a bug and had to stop; please report it with what you ran\n" + hint)
                .utf8)
        let copy = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 1)
        copy.copyMemory(from: bytes, byteCount: bytes.count)
        // The old text is left where it is: a handler may be reading it. It is set twice in a process's life.
        length.store(0, ordering: .sequentiallyConsistent)
        text.store(UInt(bitPattern: copy), ordering: .sequentiallyConsistent)
        length.store(bytes.count, ordering: .sequentiallyConsistent)
    }
}
