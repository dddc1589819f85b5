import FlowCore
import FlowSpec
import Synchronization

/// Sends spans to a collector over OTLP/HTTP, one batch after the other. What goes wrong there never touches the run:
/// it is worth one remark at the end.
final class SpanExporter: Sendable {
    private struct State {
        /// The last batch on its way; the next waits for it.
        var sending: Task<Void, Never>?
        var lost = 0
        var failure: Failure?
    }

    private let settings: ExportSettings
    private let http: any HTTPClient
    private let console: Console
    private let state = Mutex(State())

    init(_ settings: ExportSettings, http: any HTTPClient, console: Console) {
        self.settings = settings
        self.http = http
        self.console = console
    }

    /// Sends a batch in the background.
    func enqueue(_ spans: [Span], of trace: String) {
        state.withLock { state in
            let earlier = state.sending
            state.sending = Task {
                await earlier?.value
                await self.send(spans, of: trace)
            }
        }
    }

    /// Sends the last batch, waits for all, and says on the terminal what was lost.
    func finish(_ spans: [Span], of trace: String) async {
        if !spans.isEmpty { enqueue(spans, of: trace) }
        await state.withLock(\.sending)?.value
        let (lost, failure) = state.withLock { ($0.lost, $0.failure) }
        guard let failure else { return }
        console.note("\("warning:", .yellow) \(lost) spans of the trace are lost: \(failure.message)")
        if let hint = failure.hint { console.note("  \("hint:", .cyan) \(hint)") }
    }

    private func send(_ spans: [Span], of trace: String) async {
        let document = SpanDocument(
            trace: trace, resource: settings.resource, version: Version.number, spans: spans)
        var headers = HTTPHeaders([("Content-Type", "application/json")])
        for header in settings.headers { headers[header.name] = header.value }
        var call = HTTPCall(
            HTTPRequest(
                "POST", settings.url, headers: headers,
                body: .bytes(Array(JSON.text(console.masker.mask(document.asValue)).utf8)),
                secrets: SecretPlaces(headers: settings.headers.map(\.name))),
            effect: .idempotent, retry: RetryPolicy(max: 2),
            timeouts: HTTPCall.Timeouts(connect: min(settings.timeout, .seconds(5)), total: settings.timeout),
            route: HTTPRoute(caFile: settings.caFile),
            classify: { response in
                (200..<300).contains(response.status)
                    ? nil
                    : Failure(
                        [429, 502, 503, 504].contains(response.status) ? .transient : .invalid,
                        "the collector answered with status \(response.status)",
                        hint: "check OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_HEADERS")
            })
        call.maximumRedirects = 0
        do {
            _ = try await http.send(call)
        } catch {
            state.withLock { state in
                state.lost += spans.count
                state.failure = state.failure ?? Failure(error)
            }
        }
    }
}
