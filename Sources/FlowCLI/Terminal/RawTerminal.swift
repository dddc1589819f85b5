import Glibc
import Synchronization

/// A terminal that shows nothing of what is typed and hands over each key as it is pressed, until it is put back.
///
/// A line that the terminal collects itself ends at 4095 bytes, and it drops what is pasted beyond them without a word.
/// A signal that ends the process puts it back, too: a shell on a terminal that shows nothing looks dead.
final class RawTerminal {
    /// What the handlers of signals need, which can't capture: the address of a ``Saved``; 0 while nothing is to be put
    /// back.
    private static let saved = Atomic<UInt>(0)
    private static let signals = [SIGINT, SIGQUIT, SIGTERM, SIGHUP]

    private struct Saved {
        var descriptor: Int32
        var settings: termios
    }

    let keys: TerminalKeys
    private let before: UnsafeMutablePointer<Saved>
    private var replaced: [(number: Int32, action: sigaction)] = []

    /// What was typed by now is dropped.
    ///
    /// - Returns: nil where it is no terminal any more.
    init?(_ descriptor: Int32) {
        var settings = termios()
        guard tcgetattr(descriptor, &settings) == 0 else { return nil }
        keys = TerminalKeys(settings)
        before = .allocate(capacity: 1)
        before.initialize(to: Saved(descriptor: descriptor, settings: settings))
        enter()
    }

    deinit {
        leave()
        before.deallocate()
    }

    /// Stops the process as Ctrl-Z does, until it is continued.
    func suspend() {
        leave()
        raise(SIGTSTP)
        enter()
    }

    /// Puts the terminal back where one is raw. May be called by the handler of a signal.
    static func restore() {
        guard let saved = UnsafeMutablePointer<Saved>(bitPattern: saved.load(ordering: .relaxed)) else { return }
        tcsetattr(saved.pointee.descriptor, TCSANOW, &saved.pointee.settings)
    }

    private func enter() {
        RawTerminal.saved.store(UInt(bitPattern: before), ordering: .sequentiallyConsistent)
        for number in RawTerminal.signals { watch(number) }
        var settings = before.pointee.settings
        settings.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | ISIG | IEXTEN)
        settings.setCharacter(VMIN, to: 1)
        settings.setCharacter(VTIME, to: 0)
        tcsetattr(before.pointee.descriptor, TCSAFLUSH, &settings)
    }

    private func leave() {
        // What was pasted behind the answer must not come to be commands of the shell.
        tcsetattr(before.pointee.descriptor, TCSAFLUSH, &before.pointee.settings)
        RawTerminal.saved.store(0, ordering: .sequentiallyConsistent)
        for (number, var action) in replaced { sigaction(number, &action, nil) }
        replaced = []
    }

    /// Only where the signal would end the process: who ignores or watches it does as before.
    private func watch(_ number: Int32) {
        var current = sigaction()
        sigaction(number, nil, &current)
        guard unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self) == 0 else { return }
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            RawTerminal.restore()
            signal(number, SIG_DFL)
            raise(number)
        }
        sigaction(number, &action, nil)
        replaced.append((number, current))
    }
}

extension TerminalKeys {
    fileprivate init(_ settings: termios) {
        self.init([
            .interrupt: settings.character(VQUIT), .interrupt: settings.character(VINTR),
            .suspend: settings.character(VSUSP), .end: settings.character(VEOF),
            .erase: settings.character(VERASE), .eraseWord: settings.character(VWERASE),
            .eraseAll: settings.character(VKILL), .literal: settings.character(VLNEXT),
        ])
    }
}

extension termios {
    /// What a key is set to, by its index of `c_cc`.
    fileprivate func character(_ index: Int32) -> UInt8 { withUnsafeBytes(of: c_cc) { $0[Int(index)] } }

    fileprivate mutating func setCharacter(_ index: Int32, to byte: UInt8) {
        withUnsafeMutableBytes(of: &c_cc) { $0[Int(index)] = byte }
    }
}
