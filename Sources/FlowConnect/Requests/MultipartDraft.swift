import FlowCore
import FlowSpec

/// A multipart body before its parts are put together.
struct MultipartDraft {
    struct Part {
        var name: String
        var value: Value
        var encoding = PartTemplate.Encoding.plain
        var mediaType: String?
        var fileName: String?
    }

    /// Whether it is `multipart/related`, whose parts have no names.
    var isRelated = false
    var parts: [Part] = []

    /// The body with the names of the parts that are secret.
    func request(boundary: String, secrets: inout SecretPlaces) -> (body: HTTPBody, contentType: String) {
        var fields: [(name: String, part: MultipartBody.Part)] = []
        for part in parts {
            for item in part.files ?? [part.value] { fields.append((part.name, part.content(item))) }
            // The members of a part are not looked into where it is shown.
            if part.value.containsSecret { secrets.add(inBody: .secret(""), under: isRelated ? nil : part.name) }
        }
        let body = MultipartBody(
            boundary: boundary, kind: isRelated ? .related(root: fields.first?.part.mediaType) : .formData)
        return (body.body(fields), body.contentType)
    }
}

extension MultipartDraft.Part {
    /// The items of a list of files: each is a part of its own.
    fileprivate var files: [Value]? {
        guard encoding == .plain, let items = value.listValue, !items.isEmpty else { return nil }
        let areFiles = items.allSatisfy { if case .file = $0.revealed { true } else { false } }
        return areFiles ? items : nil
    }

    fileprivate func content(_ item: Value) -> MultipartBody.Part {
        var part: MultipartBody.Part
        switch (encoding, item.revealed) {
        case (.json, _):
            part = .text(JSON.text(item.deeplyRevealed))
            part.mediaType = "application/json; charset=utf-8"
        case (.plain, .file(let file)): part = .file(file)
        case (.plain, .bytes(let bytes)) where mediaType != nil || fileName != nil: part = .bytes(bytes)
        case (.plain, _): part = .text(WireText.of(item))
        }
        part.mediaType = mediaType ?? part.mediaType
        part.fileName = fileName ?? part.fileName
        return part
    }
}
