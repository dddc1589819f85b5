import FlowCore
import FlowExpression
import FlowSpec

extension OperationRun {
    /// Stands for the answer to a request that is not sent: `{url, method, expires_at}`.
    func presigned(
        _ template: RequestTemplate, _ presign: Presign, _ scope: Rendering
    ) throws(Failure) -> (response: HTTPResponse, decoded: DecodedResponse) {
        let value = try scope.value(presign.expires)
        let seconds = value.intValue ?? value.asDuration?.components.seconds ?? 0
        guard (1...Presign.maximumSeconds).contains(seconds) else {
            throw Failure(
                .invalid, "\(node): an address can be signed for 1 to \(Presign.maximumSeconds) seconds",
                hint: "give at most a week")
        }
        let method = try presign.method.map { template throws(Failure) in try scope.text(template) } ?? nil
        let name = method ?? template.method
        let url = try draft(template, scope).url(isPreview: false)
        let address = try access.with(held.current).presigned(name, url, seconds: seconds)
        let end = scope.now().adding(.seconds(seconds))
        let body: Value = [
            "url": address, "method": .string(name), "expires_at": end.map { .timestamp($0) } ?? .null,
        ]
        let response = HTTPResponse(status: 200, url: url)
        var decoded = DecodedResponse(response, as: .json)
        decoded.body = body
        return (response, decoded)
    }
}

extension Value {
    fileprivate var asDuration: Duration? {
        if case .duration(let duration) = revealed { return duration }
        return nil
    }
}
