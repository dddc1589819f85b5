/// What a response is kept under.
package struct ResponseKey: Sendable {
    package var url: String
    /// Whose response it is; what one credential may see, another may not.
    package var credential: Credential?

    package init(url: String, credential: Credential?) {
        self.url = url
        self.credential = credential
    }
}

/// Keeps responses to be asked for again. It may forget any of them at any time, and never fails.
package protocol ResponseStore: Sendable {
    func content(of key: ResponseKey) async -> [UInt8]?
    func keep(_ content: [UInt8], of key: ResponseKey) async
}

/// Keeps responses for this process, those used last as far as there is room.
package actor MemoryResponses: ResponseStore {
    private struct Name: Hashable {
        var url: String
        var credential: String?
    }

    private var contents: [Name: (content: [UInt8], lastUse: Int)] = [:]
    private var size = 0
    private var uses = 0
    private let capacity: Int

    /// - Parameter capacity: bytes of all responses.
    package init(capacity: Int = 16 << 20) { self.capacity = capacity }

    package func content(of key: ResponseKey) -> [UInt8]? {
        let name = Name(url: key.url, credential: key.credential?.name)
        guard let found = contents[name] else { return nil }
        uses += 1
        contents[name] = (found.content, uses)
        return found.content
    }

    package func keep(_ content: [UInt8], of key: ResponseKey) {
        guard content.count <= capacity else { return }
        let name = Name(url: key.url, credential: key.credential?.name)
        uses += 1
        size += content.count - (contents.updateValue((content, uses), forKey: name)?.content.count ?? 0)
        guard size > capacity else { return }
        // A tenth more than needed, so that not every response of a long list looks through all of them.
        for (name, entry) in contents.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
            guard size > capacity / 10 * 9 else { return }
            contents[name] = nil
            size -= entry.content.count
        }
    }
}
