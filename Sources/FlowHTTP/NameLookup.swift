import Glibc

/// The lookup of a host's name, as far as flowctl sees it.
///
/// libcurl keeps an address once it has it, but looks the name up, with a thread and two queries, for each connection that is
/// opened before: a hundred requests at once are two hundred queries, more than many a resolver takes. So a few go ahead
/// until one of them opens a connection; as long as they get ones that stand, more and more of them.
final class NameLookup {
    private let isNeeded: Bool
    private var knownUntil: ContinuousClock.Instant?
    /// How many have gone of which is not known yet whether they look it up, and how many may.
    private var undecided = 0
    private var allowance = 1

    /// libcurl keeps an address for a minute, by a clock of seconds. A lookup that began before its end must not count as one
    /// after it.
    private static let validity = Duration.seconds(62)
    private static let mostAtOnce = 1 << 16

    init(of host: String) {
        var address = in_addr()
        isNeeded = !host.contains(":") && inet_pton(AF_INET, host, &address) != 1
    }

    private var isKnown: Bool { !isNeeded || knownUntil.map { .now < $0 } ?? false }

    /// Whether one more request may go.
    func mayGo() -> Bool { undecided < allowance || isKnown }

    /// Takes note of a request that goes.
    ///
    /// - Parameter isLast: whether nobody waits behind it. What those before it met says nothing about who comes later, when
    ///   the connections that stood may be too few.
    /// - Returns: whether it is to be told of what becomes of it, by one of the functions below.
    func goes(isLast: Bool) -> Bool {
        guard !isKnown else { return false }
        undecided += 1
        if isLast { allowance = 1 }
        return true
    }

    /// A connection is about to be opened.
    ///
    /// - Parameter wasUndecided: whether ``goes(isLast:)`` said so of its request.
    func found(wasUndecided: Bool) {
        if wasUndecided { undecided -= 1 }
        guard !isKnown else { return }
        knownUntil = .now + NameLookup.validity
        allowance = 1
    }

    /// A request got a connection that stood.
    func wasNotNeeded() {
        undecided -= 1
        allowance = min(allowance * 2, NameLookup.mostAtOnce)
    }

    /// A request has ended before it got a connection: the others need not find out one by one whether they will, too.
    func failed() {
        undecided -= 1
        allowance = NameLookup.mostAtOnce
    }
}
