import FlowCore
import FlowTestKit
import Glibc
import Testing

@Suite struct RealPathTests {
    private let folder = TemporaryFolder()

    private var root: String { RealPath.of(folder.file("")) }

    private func link(_ name: String, to target: String) { #expect(symlink(target, folder.file(name)) == 0) }

    @Test func whatIsThereIsFoundUnderEveryName() throws {
        #expect(mkdir(folder.file("a"), 0o700) == 0)
        try Folder.write("x", to: folder.file("a/file"))
        link("b", to: "a")
        link("c", to: folder.file("b/file"))
        for name in ["a/file", "b/file", "c", "a/../b/./file"] {
            #expect(RealPath.of(folder.file(name)) == root + "/a/file", "\(name)")
        }
    }

    @Test func whatIsYetToBeMadeComesToStandBehindLinks() {
        #expect(mkdir(folder.file("a"), 0o700) == 0)
        link("b", to: "a")
        link("c", to: "b/later")
        link("d", to: "nowhere/yet")
        #expect(RealPath.of(folder.file("b/later")) == root + "/a/later")
        #expect(RealPath.of(folder.file("c")) == root + "/a/later")
        #expect(RealPath.of(folder.file("d/file")) == root + "/nowhere/yet/file")
        #expect(RealPath.of(folder.file("x/y/../z/")) == root + "/x/z")
    }

    @Test func linksInACircleAreLeftAlone() {
        link("a", to: "b")
        link("b", to: "a")
        let path = RealPath.of(folder.file("a"))
        #expect(path == folder.file("a") || path == folder.file("b"))
        #expect(RealPath.of("/").isEmpty == false)
    }
}
