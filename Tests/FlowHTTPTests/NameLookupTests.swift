import Testing

@testable import FlowHTTP

@Suite struct NameLookupTests {
    private func goes(_ lookup: NameLookup, _ most: Int) -> Int {
        var count = 0
        while count < most, lookup.mayGo() {
            _ = lookup.goes(isLast: false)
            count += 1
        }
        return count
    }

    @Test func oneLooksItUpForAll() {
        let lookup = NameLookup(of: "api.example.com")
        #expect(goes(lookup, 100) == 1)
        lookup.found(wasUndecided: true)
        #expect(goes(lookup, 100) == 100)
    }

    @Test(arguments: ["127.0.0.1", "::1", "[::1]"]) func addressNeedsNoLookup(host: String) {
        #expect(goes(NameLookup(of: host), 100) == 100)
    }

    /// A thousand of them must not go one after the other.
    @Test func moreGoWhereConnectionsStand() {
        let lookup = NameLookup(of: "api.example.com")
        var (gone, turns) = (0, 0)
        while gone < 1000 {
            let count = goes(lookup, 1000 - gone)
            for _ in 0..<count { lookup.wasNotNeeded() }
            gone += count
            turns += 1
        }
        #expect(turns <= 10)
    }

    @Test func thoseWhoFindNoConnectionAreFew() {
        let lookup = NameLookup(of: "api.example.com")
        for _ in 0..<3 {
            #expect(goes(lookup, 1) == 1)
            lookup.wasNotNeeded()
        }
        #expect(goes(lookup, 1000) == 8)
        lookup.found(wasUndecided: true)
        #expect(goes(lookup, 1000) == 1000)
        for _ in 0..<7 { lookup.found(wasUndecided: true) }
    }

    /// A step that sends one request after the other over a connection must not leave the next burst without a bound.
    @Test func requestsThatCameAloneSayNothingAboutABurst() {
        let lookup = NameLookup(of: "api.example.com")
        for _ in 0..<20 {
            #expect(lookup.mayGo())
            #expect(lookup.goes(isLast: true))
            lookup.wasNotNeeded()
        }
        #expect(goes(lookup, 1000) <= 2)
    }

    @Test func allGoWhereOneFails() {
        let lookup = NameLookup(of: "api.example.com")
        #expect(goes(lookup, 100) == 1)
        lookup.failed()
        #expect(goes(lookup, 100) == 100)
        lookup.found(wasUndecided: true)
        #expect(goes(lookup, 100) == 100)
    }
}
