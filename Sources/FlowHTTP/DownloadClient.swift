import Dispatch
package import FlowCore
package import FlowSpec

/// Gives downloads their names: once the layers below have answered, and found nothing wrong with the answer.
///
/// Stands around the layer that repeats, so that what has come survives an attempt that broke off.
package struct DownloadClient: HTTPClient {
    private let next: any HTTPClient

    package init(_ next: any HTTPClient) { self.next = next }

    package func send(_ call: HTTPCall) async throws -> HTTPResponse {
        guard case .file(let path, let limit, let digest) = call.destination else { return try await next.send(call) }
        if let objection = ReplacedFile.objection(to: path) {
            throw Failure(
                .invalid, "could not write \(path): \(objection.rawValue)", hint: "name a file", nothingSent: true)
        }
        return try await send(call, into: PartFile(for: path, limit: limit, digest: digest))
    }

    private func send(_ call: HTTPCall, into part: PartFile) async throws -> HTTPResponse {
        defer { part.discard() }
        var partly = call
        partly.destination = .sink(part)
        var response = try await next.send(partly)
        // The body of an answer that is no success is in memory.
        guard case .file = response.body else { return response }
        let outcome = await DownloadClient.blocking { () throws(Failure) in try part.complete() }
        do throws(Failure) {
            let file = try outcome.get()
            response.body = .file(file)
            response.hideContinuation(size: file.size)
            return response
        } catch {
            throw call.inDoubt(error)
        }
    }

    /// Waiting for a disk must not hold a thread of the tasks.
    private static func blocking(
        _ work: @escaping @Sendable () throws(Failure) -> FileReference
    ) async -> Result<FileReference, Failure> {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: Result(catching: work)) }
        }
    }
}

extension HTTPResponse {
    /// How many answers a file took is no matter of the caller's.
    fileprivate mutating func hideContinuation(size: Int64) {
        guard status == 206, let start = ContentRange(headers)?.start, start > 0, start < size else { return }
        status = 200
        headers["content-range"] = nil
        headers["content-length"] = String(size)
    }
}
