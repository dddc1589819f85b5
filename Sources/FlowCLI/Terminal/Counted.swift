/// `1 run`, `2 runs`
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

extension Int64 {
    /// Bytes for the eye: `512 B`, `1.5 MB`.
    var byteText: String {
        var amount = Double(self)
        var unit = "B"
        for larger in ["kB", "MB", "GB", "TB"] where amount >= 999.95 {
            amount /= 1000
            unit = larger
        }
        guard unit != "B" else { return "\(self) B" }
        let tenths = Int64((amount * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
    }
}
