import CCurl
import FlowCore
import FlowSpec

extension Transfer {
    /// Larger bodies are read piece by piece instead of being copied once more.
    private static let copiedBodyLimit = 64 << 10

    /// Tells libcurl what is this transfer's own: where it goes, how long it may take and what it sends.
    ///
    /// - Parameter context: the ``EasyHandle``, for callbacks.
    func configure(_ curl: UnsafeMutableRawPointer, context: UnsafeMutableRawPointer) {
        let left = exchange.deadline.map { max(1, Int(($0 - .now).inMilliseconds)) }
        flow_set_long(curl, CURLOPT_TIMEOUT_MS, left ?? 0)
        if lane > 0 { flow_set_long(curl, CURLOPT_LOCALPORT, Int(lane)) }
        if sendsBody { setBody(curl, context) }
    }

    private func setBody(_ curl: UnsafeMutableRawPointer, _ context: UnsafeMutableRawPointer) {
        flow_set_long(curl, CURLOPT_POST, 1)
        if let bytes = body.inMemory(upTo: Transfer.copiedBodyLimit) {
            _ = bytes.withUnsafeBytes { flow_set_body(curl, $0.baseAddress, $0.count) }
        } else {
            flow_set_offset(curl, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.length))
            flow_set_reader(
                curl,
                { bytes, size, count, context in
                    let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
                    return EasyHandle.moving(context) { $0.read(into: buffer) } ?? Int(CURL_READFUNC_ABORT)
                },
                { context, offset, origin in
                    // libcurl only ever seeks from the start.
                    origin == 0 && EasyHandle.at(context).transfer?.body.seek(to: Int64(offset)) ?? false
                        ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL
                }, context)
        }
    }
}
