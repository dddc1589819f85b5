/// Some of the 256 bytes. Which of them a text holds is asked for every byte of a file.
struct ByteSet {
    private let isMember: [Bool]

    init(_ characters: String) { isMember = (0..<256).map { characters.utf8.contains(UInt8($0)) } }

    func contains(_ byte: UInt8) -> Bool { isMember[Int(byte)] }
}
