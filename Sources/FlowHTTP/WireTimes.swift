import CCurl
import FlowCore

/// When the stages of a transfer were over, counted from its start, and what went over the wire.
struct WireTimes: Sendable, CustomStringConvertible {
    private let lookup: Duration
    private let connect: Duration
    private let tls: Duration
    private let firstByte: Duration
    private let total: Duration
    private let sent: Int64
    private let received: Int64
    private let connection: String
    private let timesSent: Int

    /// - Parameter timesSent: how often the request was written to a connection.
    init(_ handle: EasyHandle, timesSent: Int) {
        self.timesSent = timesSent
        func time(_ info: CURLINFO) -> Duration { .microseconds(flow_info_offset(handle.pointer, info)) }
        lookup = time(CURLINFO_NAMELOOKUP_TIME_T)
        connect = time(CURLINFO_CONNECT_TIME_T)
        tls = time(CURLINFO_APPCONNECT_TIME_T)
        firstByte = time(CURLINFO_STARTTRANSFER_TIME_T)
        total = time(CURLINFO_TOTAL_TIME_T)
        sent = Int64(flow_info_offset(handle.pointer, CURLINFO_SIZE_UPLOAD_T))
        received = Int64(flow_info_offset(handle.pointer, CURLINFO_SIZE_DOWNLOAD_T))
        let isNew = flow_info_long(handle.pointer, CURLINFO_NUM_CONNECTS) > 0
        let stands = flow_info_long(handle.pointer, CURLINFO_PRIMARY_PORT) > 0
        connection = isNew ? "new connection" : stands ? "kept connection" : "no connection"
    }

    var description: String {
        var stages = ["dns \(lookup.inMilliseconds)", "connect \(connect.inMilliseconds)"]
        if tls > .zero { stages.append("tls \(tls.inMilliseconds)") }
        stages += ["first byte \(firstByte.inMilliseconds)", "end \(total.inMilliseconds)"]
        let again = timesSent > 1 ? "; written \(timesSent) times, as a kept connection ended" : ""
        return
            "at ms: \(stages.joined(separator: ", ")); body \(sent) bytes out, \(received) in; \(connection)\(again)"
    }
}
