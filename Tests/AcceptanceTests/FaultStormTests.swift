import FlowCore
import FlowTestKit
import Glibc
import Testing

/// A whole workflow against a service of which nearly every third answer goes wrong: no item is lost, no write happens
/// twice, and no secret reaches another origin.
///
/// `FAULT_OPERATIONS` says how many; `make soak` asks for 10,000.
@Suite("FaultStormTests of the binary") struct FaultStormTests {
    private static let operations = getenv("FAULT_OPERATIONS").flatMap { Int(String(cString: $0)) } ?? 500
    private static let token = "fake-token-0123456789"
    private static let kinds = ["reads", "posts", "puts", "keyed", "files"]

    /// Operation `n` is of the kind `n % 5`.
    private static func step(_ kind: String, _ number: Int, _ arguments: String) -> String {
        """
          - id: \(kind)
            for_each: ${{ range(inputs.count).map(n, 5 * n + \(number)) }}
            max_parallel: 8
            on_item_error: continue
            continue_on_error: true
            retry: { max: 12, initial: 1ms, max_interval: 10ms }
            uses: http.request
            credential: storm
            with: { url: "${{ inputs.url }}/op${{ item }}", stall_timeout: 400ms, \(arguments) }

        """
    }

    private static let workflow =
        """
        name: storm
        order: graph
        inputs: { url: { type: string, required: true }, count: { type: int, required: true } }
        steps:

        """ + step("reads", 0, "as: bytes") + step("posts", 1, #"method: POST, body: "content of ${{ item }}""#)
        + step("puts", 2, #"method: PUT, body: "content of ${{ item }}""#)
        + step(
            "keyed", 3, #"method: POST, body: "x", headers: { Idempotency-Key: "op${{ item }}", Cookie: "a=b" }"#)
        + step("files", 4, #"to: "files/op${{ item }}""#)
        + "outputs:\n"
        + kinds.map {
            "  \($0): \"${{ steps.\($0).items.map(i, i.status == 'succeeded' ? 'done' : i.error.kind) }}\"\n"
        }.joined()

    @Test func everyItemEndsAsItShould() async throws {
        let other = try FaultServer { _ in .text("elsewhere") }
        let service = FaultyService(elsewhere: other.url)
        let server = try FaultServer { service.answer($0) }
        let machine = try Machine(["storm.yaml": FaultStormTests.workflow])
        try await machine.makeVault([("storm", "bearer", FaultStormTests.token)], for: server.url)
        let count = FaultStormTests.operations / FaultStormTests.kinds.count
        let result = try await machine.run(
            "flowctl run storm.yaml -i url=\(server.url) -i count=\(count) --output json", limit: 300)
        let outputs = try JSON.parse(Array(result.output.utf8))["outputs"]
        for (place, kind) in FaultStormTests.kinds.enumerated() {
            let outcomes = outputs?[kind]?.listValue?.compactMap(\.stringValue) ?? []
            #expect(outcomes.count == count, "\(result.errors)")
            for (index, outcome) in outcomes.enumerated() {
                let id = "op\(5 * index + place)"
                let done = service.done(id) + other.requests.count { $0.path == "/\(id)" }
                let isSafe = kind != "posts"
                switch outcome {
                case "done": #expect(done >= 1 && (isSafe || done == 1), "\(id) succeeded and was done \(done) times")
                case "uncertain": #expect(!isSafe && done <= 1, "\(id) is uncertain and was done \(done) times")
                // A redirect in a circle, or answers that stay wrong.
                case "protocol": #expect(isSafe || done == 0, "\(id)")
                default: Issue.record("\(id) ended with \(outcome)")
                }
            }
            #expect(outcomes.count { $0 == "done" } > count * 3 / 4)
        }
        #expect(service.faults > FaultStormTests.operations / 4)
        #expect(!other.requests.isEmpty)
        for request in other.requests {
            #expect(
                !request.headers.fields.contains { $0.value.contains(FaultStormTests.token) || $0.name == "Cookie" })
        }
        let files = Folder.files(below: machine.home + "/files")
        #expect(files.count > count * 3 / 4 && files.allSatisfy { !$0.contains(".part-") })
        try machine.expectNoTrace(of: FaultStormTests.token)
    }
}
