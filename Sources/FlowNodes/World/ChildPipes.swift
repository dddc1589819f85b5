import CProcess
import Glibc

/// The pipes between a child and this process.
struct ChildPipes {
    /// What becomes the child's standard input, output and error. To be let go once it has them.
    let ofChild: [Descriptor]
    let output: Descriptor
    let errors: Descriptor
    /// nil where the child gets no input.
    let input: Descriptor?

    /// An input that is at its end, shared by all children.
    private static let nothing = try? openNothing()

    private static func openNothing() throws(SystemError) -> Descriptor {
        try Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC))
    }

    init(withInput: Bool) throws(SystemError) {
        let output = try ChildPipes.pipe()
        let errors = try ChildPipes.pipe()
        let source: Descriptor
        if withInput {
            let pipe = try ChildPipes.pipe()
            (source, input) = (pipe.reading, pipe.writing)
        } else if let nothing = ChildPipes.nothing {
            (source, input) = (nothing, nil)
        } else {
            (source, input) = (try ChildPipes.openNothing(), nil)
        }
        ofChild = [source, output.writing, errors.writing]
        (self.output, self.errors) = (output.reading, errors.reading)
        for ours in [self.output, self.errors, input] { ours?.mayNotBlock() }
    }

    private static func pipe() throws(SystemError) -> (reading: Descriptor, writing: Descriptor) {
        var ends: [Int32] = [-1, -1]
        guard cprocess_pipe(&ends) == 0 else { throw SystemError(number: errno) }
        return (try Descriptor(ends[0]), try Descriptor(ends[1]))
    }
}
