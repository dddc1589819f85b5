import FlowCore
import FlowSpec
import FlowTestKit
import Foundation

/// The failure `work` throws; a bug-like failure where it throws none.
func failure(_ work: () async throws -> Void) async -> Failure {
    do {
        try await work()
        return Failure(.internal, "nothing was thrown")
    } catch {
        return Failure(error)
    }
}

/// A folder of its own that is deleted with this value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "flow-http-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }

    func read(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))) }
}

extension HTTPCall.Timeouts {
    /// Short enough for a test, long enough for a busy machine where it isn't to be hit.
    static let brief = HTTPCall.Timeouts(connect: .seconds(20), total: .milliseconds(250))
}

extension HTTPResponse {
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Resident memory of this process, in bytes.
func residentMemory() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    return (Int(line.split(separator: " ").dropFirst().first ?? "") ?? 0) << 10
}
