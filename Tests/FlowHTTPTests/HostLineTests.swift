import FlowCore
import FlowSpec
import Testing

@testable import FlowHTTP

@Suite struct HostLineTests {
    /// Its answer may be large, and the line long.
    @Test func lineKeepsNobodyWhoHasGone() throws {
        let origin = try #require(Origin("http://127.0.0.1:1/"))
        let line = HostLine(origin, CurlClient.Options())
        weak var first: Transfer?
        for number in 0..<3 {
            let exchange = try Exchange(HTTPCall(HTTPRequest("GET", "http://127.0.0.1:1/\(number)")))
            let transfer = Transfer(exchange, body: try RequestBody(.none), options: CurlClient.Options())
            transfer.stage = .waiting
            line.add(transfer)
            if number == 0 { first = transfer }
        }
        if let next = line.next() { line.ended(next) }
        #expect(first == nil)
        #expect(line.inLine.map(\.exchange.request.url) == ["http://127.0.0.1:1/1", "http://127.0.0.1:1/2"])
    }
}
