/// A name for the file of an attachment, made from what the sender wrote: one name without a folder, visible, of a length
/// that file systems take.
struct AttachmentName: Sendable, Equatable {
    /// Bytes in UTF-8; file systems take 255, and numbers and endings are added.
    static let longest = 180

    let text: String

    init(_ part: BodyPart) {
        let usual = part.type == "message" ? "message-\(part.section).eml" : "part-\(part.section)\(Self.ending(part))"
        text = AttachmentName.safe(part.fileName ?? "") ?? usual
    }

    /// nil where nothing is left.
    static func safe(_ name: String) -> String? {
        // By scalars: a slash and what joins it are one character, of which the slash is left below.
        let last =
            name.unicodeScalars.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last ?? "".unicodeScalars[...]
        var view = String.UnicodeScalarView()
        for scalar in last where isVisible(scalar) { view.append(scalar) }
        var name = String(view)[...]
        // A file that hides, or is the folder itself.
        while let first = name.first, first == "." || first.isWhitespace { name.removeFirst() }
        while let end = name.last, end == "." || end.isWhitespace { name.removeLast() }
        return name.isEmpty ? nil : shortened(String(name))
    }

    /// Neither control characters nor those that turn the direction of what follows, so that `exe.pdf` is what it seems.
    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    private static func shortened(_ name: String) -> String {
        guard name.utf8.count > longest else { return name }
        let (stem, ending) = parts(name)
        // From the start, as where a character begins may hang on all that are before it.
        var kept = ""
        for character in stem {
            guard kept.utf8.count + character.utf8.count + ending.utf8.count <= longest else { break }
            kept.append(character)
        }
        return kept + ending
    }

    /// `report` and `.pdf`; what is long after a point is no ending.
    private static func parts(_ name: String) -> (stem: String, ending: String) {
        guard let point = name.utf8.lastIndex(of: UInt8(ascii: ".")), point != name.startIndex,
            name[point...].utf8.count <= 16
        else {
            return (name, "")
        }
        return (String(name[..<point]), String(name[point...]))
    }

    /// `report.pdf`, `report-2.pdf` …
    func numbered(_ number: Int) -> String {
        guard number > 1 else { return text }
        let (stem, ending) = Self.parts(text)
        return "\(stem)-\(number)\(ending)"
    }

    private static func ending(_ part: BodyPart) -> String {
        switch part.mediaType {
        case "text/plain": ".txt"
        case "text/html": ".html"
        case "text/calendar": ".ics"
        case "application/pdf": ".pdf"
        case "image/png": ".png"
        case "image/jpeg": ".jpg"
        case "image/gif": ".gif"
        default: ".bin"
        }
    }
}
