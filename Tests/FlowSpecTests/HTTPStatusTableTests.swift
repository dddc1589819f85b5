import FlowCore
import FlowSpec
import Testing

@Suite struct HTTPStatusTableTests {
    private let now = Timestamp(rfc3339: "1994-11-06T08:49:07Z")!

    @Test(
        arguments: [
            (200, nil), (204, nil), (304, .protocolError), (400, .invalid), (401, .auth), (403, .permission),
            (404, .notFound), (408, .transient), (409, .conflict), (410, .notFound), (412, .conflict), (422, .invalid),
            (425, .transient), (429, .rateLimited), (500, .transient), (504, .transient),
            (501, .invalid), (505, .invalid), (507, .invalid), (511, .network), (599, .transient),
        ] as [(Int, FailureKind?)])
    func givesEachStatusItsKindForARead(status: Int, kind: FailureKind?) {
        #expect(HTTPStatusTable.kind(ofStatus: status, effect: .read) == kind)
    }

    @Test func aServerErrorLeavesAWriteUncertainUnlessItHasAKeyOrTheServerRefused() {
        #expect(HTTPStatusTable.kind(ofStatus: 500, effect: .write) == .uncertain)
        #expect(HTTPStatusTable.kind(ofStatus: 503, effect: .write) == .uncertain)
        #expect(HTTPStatusTable.kind(ofStatus: 500, effect: .idempotent) == .transient)
        #expect(HTTPStatusTable.kind(ofStatus: 500, effect: .write, hasIdempotencyKey: true) == .transient)
        #expect(HTTPStatusTable.kind(ofStatus: 503, effect: .write, asksToWait: true) == .transient)
    }

    @Test(
        arguments: [
            ("120", 120), ("0", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 30), ("Sunday, 06-Nov-94 08:49:37 GMT", 30),
            ("Sun Nov  6 08:49:37 1994", 30), ("Sun, 06 Nov 1994 08:00:00 GMT", 0), ("soon", nil), ("-1", nil),
            ("Sun, 31 Feb 1994 08:00:00 GMT", nil), ("", nil), ("1e3", nil), ("0x10", nil), ("inf", nil), (".", nil),
        ] as [(String, Int?)])
    func readsHowLongTheServerAsksToWait(text: String, seconds: Int?) {
        let asked = AskedPause.retryAfter(HTTPHeaders([("retry-after", text)]), now: now)
        #expect(asked == seconds.map { .seconds($0) })
    }

    @Test func millisecondsAreFinerThanSeconds() {
        let both = HTTPHeaders([("Retry-After", "1"), ("Retry-After-Ms", "250")])
        #expect(AskedPause.retryAfter(both, now: now) == .milliseconds(250))
        #expect(AskedPause.retryAfter(HTTPHeaders([("Retry-After", "1.5")]), now: now) == .milliseconds(1500))
        let endless = AskedPause.retryAfter(HTTPHeaders([("Retry-After", "100000000000000000000")]), now: now)
        #expect(endless.map { $0 > .seconds(900_000_000) } == true)
        #expect(AskedPause.longSeconds(1e18) == endless)
        #expect(AskedPause.longSeconds(.nan) == nil && AskedPause.longSeconds(-1) == nil)
    }

    @Test(
        arguments: [
            (400, "run it with --trace - to see what the service says"),
            (401, "check the credential with \"flowctl credentials test\""),
            (403, "give the credential the permission for this, or use another one"),
            (409, "look at its current state, then try again"),
            (410, "check the name or id, and that the credential may see it"), (429, "try again later"),
            (503, "try again later"),
            (507, "make room at the service, or have it give more"),
            (511, "log in to the network, as in a browser"),
            (301, "check the address; the answer does not say where it redirects to"),
            (304, nil),
        ] as [(Int, String?)])
    func givesEachStatusAHint(status: Int, hint: String?) {
        let response = HTTPResponse(status: status, url: "https://api.example.com/")
        #expect(HTTPStatusTable.failure(for: response, effect: .read, now: now)?.hint == hint)
    }

    @Test func aRedirectIsAnAddressToUse() {
        let response = HTTPResponse(status: 302, headers: HTTPHeaders([("Location", "/x")]))
        #expect(
            HTTPStatusTable.failure(for: response, effect: .read, now: now)?.hint == "use the address it redirects to")
    }

    @Test func saysWhenToComeBackWhereTheServiceDoes() {
        let response = HTTPResponse(status: 429, headers: HTTPHeaders([("Retry-After", "90")]))
        #expect(HTTPStatusTable.failure(for: response, effect: .read, now: now)?.hint == "try again in 1 min 30 s")
    }

    @Test func saysWhoAnsweredWhatAndWhatToDo() {
        let response = HTTPResponse(
            status: 404, headers: HTTPHeaders([("Retry-After", "2")]), url: "https://api.example.com/things/1")
        let failure = HTTPStatusTable.failure(for: response, effect: .read, now: now)
        #expect(failure?.message == "api.example.com answered 404 Not Found")
        #expect(failure?.hint == "check the name or id, and that the credential may see it")
        #expect(failure?.code == "404")
        #expect(failure?.retryAfter == .seconds(2))
        #expect(HTTPStatusTable.failure(for: HTTPResponse(status: 201), effect: .write, now: now) == nil)
    }
}
