/// The methods that requests of connectors may have.
enum HTTPMethod {
    /// Those of RFC 9110 and RFC 5789, of WebDAV (RFC 4918), its reports (RFC 3253) and its search (RFC 5323).
    static let all = reads.union(withBody).union(["DELETE", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "PROPPATCH"])

    /// Those that change nothing.
    static let reads: Set = ["GET", "HEAD", "PROPFIND", "REPORT", "SEARCH"]

    /// Those whose arguments go to the body where nothing else is said.
    static let withBody: Set = ["POST", "PUT", "PATCH"]
}
