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

extension TemporaryFolder {
    var names: [String] { (try? Folder.list(path)) ?? [] }

    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Folder.write(bytes, to: file(name))
        return file(name)
    }

    func read(_ name: String) throws -> [UInt8] { try Folder.bytes(of: file(name)) }
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
