import FlowCore

extension FunctionLibrary {
    /// Functions whose answer comes from the run.
    static let run: [Function] = [
        Function(
            "success", ["success() -> bool"], "Whether nothing has failed and nothing was cancelled.",
            [("success()", "true")]
        ) { (_, frame) in .bool(frame.scope.status == .success) },
        Function("failure", ["failure() -> bool"], "Whether a step has failed.", [("failure()", "false")]) {
            (_, frame) in .bool(frame.scope.status == .failure)
        },
        Function(
            "cancelled", ["cancelled() -> bool"], "Whether the run is being cancelled.", [("cancelled()", "false")]
        ) {
            (_, frame) in .bool(frame.scope.status == .cancelled)
        },
        Function("always", ["always() -> bool"], "True, however the run stands.", [("always()", "true")]) {
            (_, _) in true
        },
        Function(
            "now", ["now() -> timestamp"], "The time; it is recorded with the run, so that a resumed run has the same.",
            [("type(now())", "google.protobuf.Timestamp")]
        ) { (_, frame) in .timestamp(frame.scope.now()) },
        Function(
            "uuid", ["uuid() -> string"], "A random UUID; it is recorded with the run.", [("size(uuid())", "36")]
        ) { (_, frame) throws(Fault) in
            // The system is asked for each.
            try frame.spend(steps: 200)
            return .string(frame.scope.uuid())
        },
    ]
}
