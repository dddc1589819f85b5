import Dispatch
package import FlowCore
package import FlowSpec
import Glibc

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
        guard call.request.method != "HEAD" else {
            throw Failure(
                .invalid, "could not write \(path): the answer to HEAD has no content", hint: "use GET",
                nothingSent: true)
        }
        guard let target = ReplacedFile.target(of: path) else {
            throw Failure(
                .invalid, "could not write \(path): it is a link that leads to no file",
                hint: "name the file itself, or delete the link", nothingSent: true)
        }
        guard ReplacedFile.mayBeName(target) else {
            throw Failure(
                .invalid, "could not write \(path) (\(systemText(ENAMETOOLONG)))", hint: "use a shorter name",
                nothingSent: true)
        }
        let asksForPart = call.asksForPart || call.request.headers["range"] != nil
        return try await send(
            call, into: PartFile(for: path, in: target, limit: limit, digest: digest, asksForPart: asksForPart))
    }

    package func finish() async { await next.finish() }

    private func send(_ call: HTTPCall, into part: PartFile) async throws -> HTTPResponse {
        defer { part.discard() }
        var partly = call
        partly.destination = .sink(part)
        var response = try await next.send(partly)
        // The body of an answer that is no success is in memory.
        guard case .file = response.body else { return response }
        let outcome = await DownloadClient.blocking { () throws(Failure) in try part.complete() }
        part.takeBack()
        do throws(Failure) {
            let file = try outcome.get()
            response.body = .file(file)
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
