import Glibc

/// Hosts that are reached without a proxy, as `NO_PROXY` names them: `localhost:8080, .example.com, 10.0.0.0/8`.
///
/// A name stands for itself and all below it, an address for itself, a range for all in it, and `*` for everything; with a
/// port, for that alone. `*.example.com` is another way to write `.example.com`.
/// libcurl would read the text itself, but doesn't tell afterwards whether a request went through the proxy.
package struct ProxyExemptions: Sendable, Hashable {
    private var hasAll = false
    private var names: [Name] = []
    private var ranges: [Range] = []

    private struct Name: Sendable, Hashable {
        let text: String
        let port: Int?
    }

    private struct Range: Sendable, Hashable {
        let bytes: [UInt8]
        let bits: Int
        let port: Int?
    }

    package init(_ text: String = "") {
        for word in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            let (place, port) = ProxyExemptions.placeAndPort(word)
            let parts = place.split(separator: "/", maxSplits: 1)
            if word == "*" {
                hasAll = true
            } else if let first = parts.first, let bytes = ProxyExemptions.address(String(first)) {
                let whole = bytes.count * 8
                guard let bits = parts.count == 1 ? whole : Int(parts[1]), (0...whole).contains(bits) else { continue }
                ranges.append(Range(bytes: bytes, bits: bits, port: port))
            } else {
                let name = place.hasPrefix("*.") ? place.dropFirst() : place
                names.append(Name(text: name.drop { $0 == "." }.lowercased(), port: port))
            }
        }
    }

    /// The port of `localhost:8080` and `[::1]:8080`; the last part of an address of IPv6 is none.
    private static func placeAndPort(_ word: Substring) -> (place: Substring, port: Int?) {
        guard address(String(word)) == nil, let colon = word.lastIndex(of: ":"),
            let port = Int(word[word.index(after: colon)...]), (1...65535).contains(port)
        else { return (word, nil) }
        return (word[..<colon], port)
    }

    /// - Parameter host: in lower case, an IPv6 address in brackets.
    package func covers(_ host: String, port: Int) -> Bool {
        if hasAll { return true }
        if let address = ProxyExemptions.address(host) {
            return ranges.contains { range in
                range.bytes.count == address.count && port == range.port ?? port
                    && (0..<range.bits).allSatisfy { (range.bytes[$0 / 8] ^ address[$0 / 8]) & (0x80 >> ($0 % 8)) == 0 }
            }
        }
        return names.contains { name in
            port == name.port ?? port && (host == name.text || host.hasSuffix("." + name.text))
        }
    }

    /// The 4 or 16 bytes of an address; nil for a name.
    private static func address(_ text: String) -> [UInt8]? {
        let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
        for (family, size) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: size)
            if inet_pton(family, bare, &bytes) == 1 { return bytes }
        }
        return nil
    }
}
