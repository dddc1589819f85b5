package import FlowCore

extension HTTPHeaders {
    /// How the content is coded, in the order in which that was done, over several fields, too; in lower case.
    package var contentCodings: [String] {
        all("content-encoding").flatMap { $0.lowercased().split(separator: ",") }
            .map { $0.filter { $0 != " " && $0 != "\t" } }.filter { !HTTPHeaders.noCodings.contains($0) }
    }

    /// What isn't done to content, or is done by something else: servers name it there by mistake.
    private static let noCodings: Set<String> = [
        "", "identity", "none", "null", "utf-8", "utf8", "us-ascii", "iso-8859-1", "windows-1252", "7bit", "8bit",
        "binary", "chunked", "aws-chunked",
    ]
}
