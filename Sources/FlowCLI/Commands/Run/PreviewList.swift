import FlowCore
import FlowHTTP
import FlowSpec

/// What a dry run shows of one node: texts and requests.
struct PreviewList {
    private let previews: [Preview]

    init(_ previews: [Preview]) { self.previews = previews }

    func show(on console: Console) {
        console.show(json: asValue(console.masker)) {
            for line in lines(console.masker) { console.show(StyledText(line)) }
        }
    }

    func lines(_ masker: Masker) -> [String] {
        previews.flatMap { preview -> [String] in
            switch preview {
            case .text(let text): [text]
            case .request(let request):
                RequestRenderer.text(request, masker: masker)
                    .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            }
        }
    }

    func asValue(_ masker: Masker) -> Value { .list(previews.map { asValue($0, masker) }) }

    private func asValue(_ preview: Preview, _ masker: Masker) -> Value {
        switch preview {
        case .text(let text): return ["text": .string(masker.mask(text))]
        case .request(let request):
            let text = RequestRenderer.text(request, masker: masker)
            return [
                "method": .string(request.method), "url": .string(masker.mask(request.url)), "text": .string(text),
            ]
        }
    }
}
