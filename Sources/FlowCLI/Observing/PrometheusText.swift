import FlowCore

/// Metrics in the text format of Prometheus, version 0.0.4: a family at a time, its samples below its type.
struct PrometheusText {
    private(set) var text = ""

    /// - Parameter samples: label values by name, in the order in which they are written.
    mutating func gauge(_ name: String, _ help: String, _ samples: [(labels: [(String, String)], value: Double)]) {
        guard !samples.isEmpty else { return }
        text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
        for sample in samples {
            let labels = sample.labels.map { "\($0.0)=\($0.1.inQuotes)" }.joined(separator: ",")
            text += "\(name){\(labels)} \(PrometheusText.number(sample.value))\n"
        }
    }

    /// Whole numbers without the point that Swift gives them.
    private static func number(_ value: Double) -> String {
        Int64(exactly: value).map(String.init) ?? String(value)
    }
}
