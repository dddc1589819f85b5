import FlowCore
import FlowOAuth
import FlowSpec
import FlowTestKit

extension Result where Success == HTTPResponse, Failure == FlowCore.Failure {
    static func json(
        _ text: String, status: Int = 200, _ headers: [(String, String)] = []
    ) -> Result<HTTPResponse, Failure> {
        .success(
            HTTPResponse(
                status: status, headers: HTTPHeaders([("Content-Type", "application/json")] + headers),
                body: .bytes(Array(text.utf8)), url: "https://id.example/token"))
    }
}

extension HTTPCall {
    /// The body as text.
    var body: String {
        if case .bytes(let bytes) = request.body { return String(decoding: bytes, as: UTF8.self) }
        return ""
    }
}

/// The failure of what must fail.
func failure(_ work: () async throws -> some Any) async -> Failure {
    do {
        _ = try await work()
        return Failure(.internal, "nothing failed")
    } catch {
        return Failure(error)
    }
}

extension TokenService {
    /// One of a provider called `example`, with some things otherwise.
    static func example(_ change: (inout TokenService) -> Void = { _ in }) -> TokenService {
        var service = TokenService(provider: "example", url: "https://id.example/token")
        change(&service)
        return service
    }
}
