import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Glibc
import Testing

/// Bodies from files and to files.
@Suite struct FileTransferTests {
    private let client = CurlClient()
    private let folder: TemporaryFolder

    init() { folder = TemporaryFolder() }

    @Test func downloadLandsWhole() async throws {
        let server = try FaultServer(replies: [.text("the content", headers: [("Content-Language", "en")])])
        let path = folder.path + "/note.txt"
        let response = try await client.send(
            HTTPCall(HTTPRequest("GET", server.url), destination: .file(path: path)))
        #expect(
            response.body
                == .file(FileReference(path: path, name: "note.txt", size: 11, mediaType: "text/plain; charset=utf-8")))
        #expect(try folder.read("note.txt") == Array("the content".utf8))
        #expect(folder.names == ["note.txt"])
    }

    @Test func brokenDownloadLeavesTheOldFileAndNothingElse() async throws {
        let server = try FaultServer(replies: [.text("new content").delivered(.cut(after: 90))])
        let path = try folder.write("note.txt", Array("old".utf8))
        let outcome = await failure {
            _ = try await client.send(HTTPCall(HTTPRequest("GET", server.url), destination: .file(path: path)))
        }
        #expect(outcome.kind == .network)
        #expect(try folder.read("note.txt") == Array("old".utf8))
        #expect(folder.names == ["note.txt"])
    }

    /// As for `/dev/null`, which a download by root must not turn into a file. Found before anything is sent.
    @Test func downloadTakesNoNameOfAFolderOrPipe() async throws {
        let server = try FaultServer(replies: [.text("x")])
        let pipe = folder.path + "/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        for (path, reason) in [(pipe, "it is no regular file"), (folder.path, "it is a folder")] {
            let outcome = await failure {
                _ = try await client.send(HTTPCall(HTTPRequest("POST", server.url), destination: .file(path: path)))
            }
            #expect(outcome.message == "could not write \(path): \(reason)")
            #expect(outcome.nothingSent)
        }
        #expect(server.requests.isEmpty)
        #expect(folder.names == ["pipe"])
    }

    /// To open it would wait for somebody who writes to it.
    @Test func uploadOfAPipeIsRefusedAtOnce() async throws {
        let server = try FaultServer(replies: [.text("x")])
        let pipe = folder.path + "/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        let outcome = await failure {
            _ = try await client.send(HTTPCall(HTTPRequest("PUT", server.url, body: .file(path: pipe))))
        }
        #expect(outcome.message == "\(pipe) is not a regular file")
        #expect(server.requests.isEmpty)
    }

    @Test func downloadOverItsLimitLeavesNothing() async throws {
        let server = try FaultServer(replies: [.endless])
        let outcome = await failure {
            _ = try await client.send(
                HTTPCall(
                    HTTPRequest("GET", server.url), destination: .file(path: folder.path + "/big", limit: 1_000_000)))
        }
        #expect(outcome.message == "the answer for \(folder.path)/big is longer than 1000000 bytes")
        #expect(folder.names == [])
    }

    @Test func errorAnswerStaysInMemory() async throws {
        let server = try FaultServer(replies: [.text("no such file", status: 404)])
        let response = try await client.send(
            HTTPCall(HTTPRequest("GET", server.url), destination: .file(path: folder.path + "/x")))
        #expect(response.text == "no such file")
        #expect(folder.names == [])
    }

    @Test func downloadToAFolderThatIsNotThere() async throws {
        let server = try FaultServer(replies: [.text("x")])
        let path = folder.path + "/missing/file"
        let outcome = await failure {
            _ = try await client.send(HTTPCall(HTTPRequest("GET", server.url), destination: .file(path: path)))
        }
        #expect(outcome.kind == .invalid)
        #expect(outcome.message == "could not write \(path) (no such file or directory)")
        #expect(outcome.hint == "create the folder first")
    }

    @Test func uploadsFilesAndPartsInOrder() async throws {
        let server = try FaultServer(replies: [.text("ok")])
        let content = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let path = try folder.write("data.bin", content)
        let body = HTTPBody.parts([
            .bytes(Array("head-".utf8)), .file(path: path), .bytes([]), .file(path: path, offset: 10, length: 20),
            .bytes(Array("-tail".utf8)),
        ])
        _ = try await client.send(HTTPCall(HTTPRequest("PUT", server.url, body: body), effect: .idempotent))
        let expected = Array("head-".utf8) + content + content[10..<30] + Array("-tail".utf8)
        #expect(server.requests[0].body == expected)
        #expect(server.requests[0].headers["content-length"] == "\(expected.count)")
    }

    @Test func largeFilesGoBothWaysInConstantMemory() async throws {
        let size = 320 << 20
        let server = try FaultServer { request in
            request.method == "PUT"
                ? .text("\(request.bodySize)") : FaultServer.Reply(200, body: .repeated(7, count: Int64(size)))
        }
        let down = folder.path + "/down.bin"
        // Other tests of this process need memory at the same time, so the bound is far from both what streaming
        // needs (under 1 MiB) and the file.
        let before = residentMemory()
        let response = try await client.send(HTTPCall(HTTPRequest("GET", server.url), destination: .file(path: down)))
        guard case .file(let file) = response.body else {
            Issue.record("the body is not in a file")
            return
        }
        #expect(file.size == Int64(size))
        let sent = try await client.send(
            HTTPCall(HTTPRequest("PUT", server.url, body: .file(path: down)), effect: .idempotent))
        #expect(sent.text == "\(size)")
        #expect(residentMemory() - before < 240 << 20)
    }

    @Test func uploadOfAFileThatIsNotThere() async throws {
        let server = try FaultServer(replies: [.text("x")])
        let path = folder.path + "/missing"
        let outcome = await failure {
            _ = try await client.send(
                HTTPCall(HTTPRequest("POST", server.url, body: .file(path: path)), effect: .write))
        }
        #expect(outcome.kind == .notFound)
        #expect(outcome.nothingSent)
        #expect(outcome.message == "could not read \(path) (no such file or directory)")
        #expect(server.connectionCount == 0)
    }

    @Test func uploadOfMoreThanTheFileHas() async throws {
        let path = try folder.write("short", [1, 2, 3])
        let outcome = await failure {
            _ = try await client.send(
                HTTPCall(HTTPRequest("POST", "http://127.0.0.1:1/", body: .file(path: path, offset: 1, length: 3))))
        }
        #expect(outcome.message == "\(path) has 3 bytes, fewer than are to be sent")
    }

    // MARK: Names, links and permissions

    private func download(to name: String, from server: FaultServer) async throws {
        _ = try await client.send(
            HTTPCall(HTTPRequest("GET", server.url), destination: .file(path: folder.path + "/" + name)))
    }

    private func mode(_ name: String) -> mode_t {
        var information = stat()
        return lstat(folder.path + "/" + name, &information) == 0 ? information.st_mode : 0
    }

    @Test func fileThatIsReplacedKeepsItsPermissions() async throws {
        let server = try FaultServer(replies: [.text("new")])
        for permissions in [0o600, 0o755, 0o640] as [mode_t] {
            let path = try folder.write("note.txt", Array("old".utf8))
            #expect(chmod(path, permissions) == 0)
            try await download(to: "note.txt", from: server)
            #expect(mode("note.txt") & 0o7777 == permissions)
            #expect(try folder.read("note.txt") == Array("new".utf8))
        }
    }

    @Test func linkStaysAndLeadsToTheNewFile() async throws {
        let server = try FaultServer(replies: [.text("new")])
        let path = try folder.write("note.txt", Array("old".utf8))
        #expect(symlink("note.txt", folder.path + "/second") == 0)
        #expect(symlink("second", folder.path + "/first") == 0)
        let response = try await client.send(
            HTTPCall(HTTPRequest("GET", server.url), destination: .file(path: folder.path + "/first")))
        guard case .file(let file) = response.body else {
            Issue.record("the body is not in a file")
            return
        }
        #expect(file.path == folder.path + "/first")
        #expect(mode("first") & S_IFMT == S_IFLNK)
        #expect(mode("second") & S_IFMT == S_IFLNK)
        #expect(try folder.read("note.txt") == Array("new".utf8))
        #expect(folder.names.sorted() == ["first", "note.txt", "second"])
        #expect(path == folder.path + "/note.txt")
    }

    @Test func linkThatLeadsToNoFileIsNotReplaced() async throws {
        let server = try FaultServer(replies: [.text("new")])
        let path = folder.path + "/link"
        #expect(symlink("nowhere", path) == 0)
        let outcome = await failure { try await download(to: "link", from: server) }
        #expect(outcome.message == "could not write \(path): it is a link that leads to no file")
        #expect(outcome.hint == "name the file itself, or delete the link")
        #expect(outcome.nothingSent)
        #expect(mode("link") & S_IFMT == S_IFLNK)
        #expect(server.requests.isEmpty)
    }

    @Test func nameAsLongAsItMayBe() async throws {
        let server = try FaultServer(replies: [.text("new")])
        for name in [String(repeating: "n", count: 255), String(repeating: "é", count: 127) + "x"] {
            try await download(to: name, from: server)
            #expect(try folder.read(name) == Array("new".utf8))
            #expect(folder.names == [name])
            unlink(folder.path + "/" + name)
        }
        let requests = server.requests.count
        let long = String(repeating: "n", count: 256)
        let outcome = await failure { try await download(to: long, from: server) }
        #expect(outcome.message == "could not write \(folder.path)/\(long) (file name too long)")
        #expect(outcome.hint == "use a shorter name")
        #expect(outcome.nothingSent)
        #expect(server.requests.count == requests)
    }

    @Test func moreDownloadsOfOneNameThanThereCanBe() async throws {
        let server = try FaultServer(replies: [.text("new")])
        var held: [Int32] = []
        defer { for descriptor in held { close(descriptor) } }
        for number in 1...64 {
            let name = "note.txt.part-flowctl" + (number == 1 ? "" : "-\(number)")
            let descriptor = open(try folder.write(name, [7]), O_RDONLY | O_CLOEXEC)
            try #require(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
            held.append(descriptor)
        }
        let outcome = await failure { try await download(to: "note.txt", from: server) }
        #expect(
            outcome.message == "could not write \(folder.path)/note.txt: 64 downloads of that name are under way")
        #expect(outcome.hint == "give each a name of its own, or bound them with max_parallel")
    }

    /// It says that it has no bytes.
    @Test func fileOfTheSystemIsSentToItsEnd() async throws {
        let server = try FaultServer(replies: [.text("ok")])
        let path = "/proc/self/limits"
        let body = HTTPBody.parts([.bytes([1]), .file(path: path), .bytes([2])])
        _ = try await client.send(HTTPCall(HTTPRequest("PUT", server.url, body: body), effect: .idempotent))
        let content = try Folder.bytes(of: path)
        #expect(!content.isEmpty)
        #expect(server.requests[0].body == [1] + content + [2])
        let empty = try folder.write("empty", [])
        _ = try await client.send(
            HTTPCall(HTTPRequest("PUT", server.url, body: .file(path: empty)), effect: .idempotent))
        #expect(server.requests[1].body == [])
    }
}
