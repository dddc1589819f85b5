import FlowCore

extension MailMessage {
    /// All fields but those of the first part, each with its line break.
    func header(namesBcc: Bool) -> String {
        var lines: [String] = []
        for (name, addresses) in [
            ("From", from), ("Reply-To", replyTo), ("To", to), ("Cc", cc), ("Bcc", namesBcc ? bcc : nil),
        ] {
            guard let addresses, !addresses.isEmpty else { continue }
            lines.append(HeaderText.field(name, addresses.text))
            // One of several authors has sent it (RFC 5322, 3.6.2).
            if name == "From", addresses.addresses.count > 1, let sender = addresses.addresses.first {
                lines.append(HeaderText.field("Sender", sender.text))
            }
        }
        if to.isEmpty, cc.isEmpty, !namesBcc { lines.append("To: undisclosed-recipients:;") }
        if let subject { lines.append(HeaderText.field("Subject", HeaderText.unstructured(subject))) }
        lines.append("Date: \(Self.text(date))")
        lines.append(HeaderText.field("Message-ID", messageID))
        for (name, identifiers) in [("In-Reply-To", inReplyTo), ("References", references)] where !identifiers.isEmpty {
            lines.append(HeaderText.field(name, identifiers.joined(separator: " ")))
        }
        lines += priority?.fields ?? []
        lines += furtherFields.map { HeaderText.field($0.name, HeaderText.unstructured($0.value)) }
        lines.append("MIME-Version: 1.0")
        return lines.joined(separator: "\r\n")
    }

    /// As RFC 5322 has it: `Sat, 21 Nov 2026 08:05:09 +0000`.
    private static func text(_ time: Timestamp) -> String {
        let civil = CivilTime(secondsSinceEpoch: time.seconds)
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let clock = [civil.hour, civil.minute, civil.second].map(padded).joined(separator: ":")
        return "\(days[civil.dayOfWeek]), \(civil.day) \(months[civil.month - 1]) \(civil.year) \(clock) +0000"
    }
}
