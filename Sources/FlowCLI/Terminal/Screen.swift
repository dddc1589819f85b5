import Glibc

/// What one channel can show.
struct Screen: Sendable, Hashable {
    var isTerminal: Bool
    var colors: Bool
    /// Columns.
    var width: Int
    /// Whether lines can be written over, so that progress can be shown in place.
    var isLive: Bool

    /// A pipe or a file: no colours, nothing written over.
    static let plain = Screen(isTerminal: false, colors: false, width: 100, isLive: false)

    init(isTerminal: Bool, colors: Bool, width: Int, isLive: Bool) {
        self.isTerminal = isTerminal
        self.colors = colors
        self.width = width
        self.isLive = isLive
    }

    /// Of a descriptor of this process; honours `NO_COLOR`, `TERM=dumb` and `CI`.
    init(descriptor: Int32, environment: [String: String], noColor: Bool) {
        let isTerminal = isatty(descriptor) == 1
        let term = environment["TERM"] ?? "dumb"
        let isCapable = isTerminal && !term.isEmpty && term != "dumb"
        let refusesColor = noColor || !(environment["NO_COLOR"] ?? "").isEmpty
        self.init(
            isTerminal: isTerminal, colors: isCapable && !refusesColor,
            width: isTerminal ? Screen.width(of: descriptor) : Screen.plain.width,
            isLive: isCapable && (environment["CI"] ?? "").isEmpty)
    }

    private static func width(of descriptor: Int32) -> Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
