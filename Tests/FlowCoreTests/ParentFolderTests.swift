import FlowCore
import FlowTestKit
import Glibc
import Testing

struct ParentFolderTests {
    @Test(arguments: [
        ("/etc/hosts", "/etc"), ("/hosts", "/"), ("hosts", "."), ("a/b/c", "a/b"), ("a/", "a"), ("", "."),
    ])
    func folderOfAPath(path: String, folder: String) { #expect(ParentFolder.of(path) == folder) }

    @Test func folderThatIsThereIsBroughtToDisk() {
        let folder = TemporaryFolder()
        #expect(ParentFolder.sync(of: folder.file("x")))
        #expect(!ParentFolder.sync(of: folder.file("none/x")))
        #expect(errno == ENOENT)
    }

    /// Files can be made there all the same.
    @Test func folderThatMayNotBeReadIsNoFailure() throws {
        let folder = TemporaryFolder()
        try #require(chmod(folder.path, 0o300) == 0)
        #expect(ParentFolder.sync(of: folder.file("x")))
    }
}
