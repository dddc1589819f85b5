import FlowCore
import FlowTestKit
import Glibc
import Testing

/// Connectors of object stores and of WebDAV, at real servers.
@Suite(.serialized) struct StoreServerTests {
    private static let root: String = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast(3).joined(separator: "/")
    }()
    private static let hasStore = !TestService.areLeftOut && Folder.exists(root + "/.build/s3-server/bin/weed")
    private static let hasWebDAV = !TestService.areLeftOut && Folder.exists("/usr/sbin/apache2")

    // MARK: S3

    private static let bucket = """
        name: bucket
        steps:
          - { uses: s3.create_bucket, with: { bucket: reports } }
          - id: put
            uses: s3.put_object
            with:
              bucket: reports
              key: a b/ü+c.txt
              content: hello
              content_type: text/plain
              metadata: { author: ada }
              tags: { team: sales & co }
          - { uses: s3.copy_object, with: { bucket: reports, key: copy.txt, source_bucket: reports, source_key: a b/ü+c.txt } }
          - { id: head, uses: s3.head_object, with: { bucket: reports, key: copy.txt } }
          - { id: tags, uses: s3.get_object_tags, with: { bucket: reports, key: a b/ü+c.txt } }
          - { uses: s3.put_object_tags, with: { bucket: reports, key: copy.txt, tags: { team: none } } }
          - { id: folders, uses: s3.list_objects, with: { bucket: reports, delimiter: / } }
          - { uses: s3.get_object, with: { bucket: reports, key: a b/ü+c.txt, save_to: got.txt } }
          - { id: sign, uses: s3.presign_url, with: { bucket: reports, key: a b/ü+c.txt, expires: 60 } }
          - { id: anyone, uses: http.request, with: { url: "${{ steps.sign.output.url }}" } }
          - { id: delete, uses: s3.delete_objects, with: { bucket: reports, keys: [a b/ü+c.txt, copy.txt, never.txt] } }
          - { id: left, uses: s3.list_objects, with: { bucket: reports } }
          - { id: buckets, uses: s3.list_buckets }
          - { id: region, uses: s3.get_bucket_location, with: { bucket: reports } }
        outputs:
          etag: ${{ steps.put.output.etag }}
          size: ${{ steps.head.output.size }}
          metadata: ${{ steps.head.output.metadata }}
          tags: ${{ steps.tags.output }}
          found: "${{ steps.folders.output.map(o, has(o.prefix) ? o.prefix : o.key) }}"
          anyone: ${{ steps.anyone.output.body }}
          deleted: "${{ steps.delete.output.map(d, d.deleted) }}"
          left: ${{ size(steps.left.output) }}
          buckets: "${{ steps.buckets.output.map(b, b.name) }}"
          region: ${{ steps.region.output }}
        """

    /// More objects than two pages hold.
    private static let pages = """
        name: pages
        steps:
          - { uses: s3.create_bucket, with: { bucket: many } }
          - id: put
            for_each: ${{ range(2005) }}
            as: number
            max_parallel: 16
            collect: none
            uses: s3.put_object
            with: { bucket: many, key: "${{ 'n/' + string(10000 + number) }}", content: x }
          - { id: list, uses: s3.list_objects, with: { bucket: many, prefix: n/ } }
          - { id: delete, uses: s3.delete_objects, with: { bucket: many, keys: "${{ steps.list.output.map(o, o.key) }}" } }
          - { id: left, uses: s3.list_objects, with: { bucket: many, prefix: n/ } }
        outputs:
          count: ${{ size(steps.list.output) }}
          different: "${{ size(steps.list.output.map(o, o.key).distinct()) }}"
          last: ${{ steps.list.output[2004].key }}
          left: ${{ size(steps.left.output) }}
        """

    private static let large = """
        name: large
        steps:
          - { uses: s3.create_bucket, with: { bucket: backups } }
          - { id: make, run: head -c 70000000 /dev/urandom >large.bin }
          - { id: send, uses: s3.multipart_upload, with: { bucket: backups, key: db/large.bin, file: large.bin } }
          - { id: open, uses: s3.list_multipart_uploads, with: { bucket: backups } }
          - { uses: s3.get_object, with: { bucket: backups, key: db/large.bin, save_to: back.bin } }
          - { id: same, run: cmp large.bin back.bin }
          - { id: sum, run: md5sum <large.bin }
        outputs:
          etag: ${{ steps.send.output.etag }}
          open: ${{ size(steps.open.output) }}
        """

    private static let refused = """
        name: refused
        steps:
          - { id: get, uses: s3.get_object, with: { bucket: reports, key: nothing.txt } }
        """

    @Test(.enabled(if: hasStore, "run \"scripts/bootstrap tests\" for a store to test with"))
    func aStoreTakesWhatTheConnectorSigns() async throws {
        try await withServer("s3") { port, folder in
            let machine = try Machine(
                [
                    "bucket.yaml": Self.bucket, "pages.yaml": Self.pages, "large.yaml": Self.large,
                    "refused.yaml": Self.refused,
                ],
                variables: ["FLOWCTL_CREDENTIAL_S3": Self.key("fake-secret-access-key", port)])
            try await untilAnswers(port)

            let bucket = try await outputs(of: "bucket.yaml", on: machine)
            #expect(bucket["etag"] == "\"5d41402abc4b2a76b9719d911017c592\"")
            #expect(bucket["size"] == 5 && bucket["metadata"] == ["author": "ada"])
            #expect(bucket["tags"] == ["team": "sales & co"])
            #expect(bucket["found"] == ["copy.txt", "a b/"])
            #expect(bucket["anyone"] == "hello" && machine.read("got.txt") == "hello")
            #expect(bucket["deleted"] == [true, true, true] && bucket["left"] == 0)
            #expect(bucket["buckets"] == ["reports"] && bucket["region"] == "us-east-1")

            let pages = try await outputs(of: "pages.yaml", on: machine)
            #expect(pages["count"] == 2005 && pages["different"] == 2005)
            #expect(pages["last"] == "n/12004" && pages["left"] == 0)

            // Five parts have an ETag that says so.
            let large = try await outputs(of: "large.yaml", on: machine)
            #expect(large["etag"]?.stringValue?.hasSuffix("-5\"") == true)
            #expect(large["open"] == 0)

            let missing = try await machine.run("flowctl run refused.yaml")
            #expect(missing.exit == 1)
            #expect(missing.errors.contains("404 Not Found: The specified key does not exist."))
            #expect(missing.errors.contains("hint: Check the key: letters count"), "\(missing.errors)")
            let stranger = try await machine.run(
                "flowctl run refused.yaml",
                variables: ["FLOWCTL_CREDENTIAL_S3": Self.key("fake-wrong-secret-key", port)])
            #expect(stranger.errors.contains("hint: Check the secret access key"), "\(stranger.errors)")
            try machine.expectNoTrace(of: "fake-secret-access-key")
        }
    }

    /// As large as ten parts.
    private static let cut = """
        name: cut
        steps:
          - { id: send, uses: s3.multipart_upload, with: { bucket: cut, key: large.bin, file: large.bin } }
          - { uses: s3.get_object, with: { bucket: cut, key: large.bin, save_to: back.bin } }
          - { id: same, run: cmp large.bin back.bin }
        """

    @Test(.enabled(if: hasStore, "run \"scripts/bootstrap tests\" for a store to test with"))
    func anUploadThatIsCutOffGoesOnOrIsGivenUp() async throws {
        try await withServer("s3") { port, folder in
            let machine = try Machine(
                ["cut.yaml": Self.cut],
                variables: ["FLOWCTL_CREDENTIAL_S3": Self.key("fake-secret-access-key", port)])
            try await untilAnswers(port)
            let made = try await machine.run(
                "head -c 160000000 /dev/urandom >large.bin && flowctl nodes run s3.create_bucket bucket=cut", limit: 60)
            try #require(made.exit == 0, "\(made.errors)")

            try await cutOff(on: machine)
            let resumed = try await machine.run("flowctl resume --all-interrupted", limit: 120)
            #expect(resumed.exit == 0, "\(resumed.errors)")
            // A second upload would have left the first one open.
            #expect(try await openUploads(on: machine) == [])

            try await cutOff(on: machine)
            let changed = try await machine.run("echo more >>large.bin; flowctl resume --all-interrupted", limit: 120)
            #expect(changed.exit != 0)
            #expect(
                changed.errors.contains("large.bin has changed since the first pieces of it were sent"),
                "\(changed.errors)")
            #expect(try await openUploads(on: machine) == [])
        }
    }

    /// Kills a run as soon as its second part is on the way.
    private func cutOff(on machine: Machine) async throws {
        try machine.write("", to: "trace.txt")
        let running = try machine.start("flowctl run cut.yaml --trace - 2>trace.txt")
        for _ in 0..<3000 where !machine.read("trace.txt").contains("partNumber=2&") {
            try await Task.sleep(for: .milliseconds(10))
        }
        running.signal(SIGKILL)
        _ = try await running.finish()
        try await #require(openUploads(on: machine) == ["large.bin"])
    }

    private func openUploads(on machine: Machine) async throws -> [String] {
        let result = try await machine.run("flowctl nodes run s3.list_multipart_uploads bucket=cut --output json")
        try #require(result.exit == 0, "\(result.errors)")
        return try JSON.parse(result.output).listValue?.compactMap { $0["key"]?.stringValue } ?? []
    }

    private static func key(_ secret: String, _ port: Int) -> String {
        JSON.text([
            "type": "s3_key", "access_key_id": "fake-access-key", "secret_access_key": .string(secret),
            "region": "us-east-1", "base_url": .string("http://127.0.0.1:\(port)"),
            "hosts": [.string("http://127.0.0.1:\(port)")],
        ])
    }

    // MARK: WebDAV

    private static let files = """
        name: files
        steps:
          - { uses: nextcloud.create_folder, with: { path: /Reports ü } }
          - { uses: nextcloud.upload_file, with: { path: /Reports ü/a b.txt, file: a.txt } }
          - { id: list, uses: nextcloud.list_folder, with: { path: /Reports ü } }
          - { id: one, uses: nextcloud.get_metadata, with: { path: /Reports ü/a b.txt } }
          - id: set
            uses: nextcloud.proppatch
            with: { path: /Reports ü/a b.txt, set: { "{urn:example}color": red & <b> }, remove: ["{urn:example}size"] }
          - id: find
            uses: nextcloud.propfind
            with: { path: /Reports ü/a b.txt, properties: ["{urn:example}color", "{urn:example}size"] }
          - { id: lock, uses: nextcloud.lock, with: { path: /Reports ü/a b.txt } }
          - id: locked
            uses: nextcloud.upload_file
            with: { path: /Reports ü/a b.txt, file: a.txt }
            retry: { max: 0 }
            continue_on_error: true
          - { uses: nextcloud.unlock, with: { path: /Reports ü/a b.txt, token: "${{ steps.lock.output.token }}" } }
          - { id: copy, uses: nextcloud.copy, with: { path: /Reports ü/a b.txt, to: /Reports ü/c+d.txt } }
          - id: again
            uses: nextcloud.copy
            with: { path: /Reports ü/a b.txt, to: /Reports ü/c+d.txt }
            continue_on_error: true
          - { id: move, uses: nextcloud.move, with: { path: /Reports ü/a b.txt, to: /Reports ü/c+d.txt, overwrite: true } }
          - { uses: nextcloud.download_file, with: { path: /Reports ü/c+d.txt, save_to: back.txt } }
          - { id: after, uses: nextcloud.list_folder, with: { path: Reports ü/ } }
          - { uses: nextcloud.delete, with: { path: /Reports ü } }
          - { id: left, uses: nextcloud.list_folder }
        outputs:
          list: "${{ steps.list.output.map(e, e.path) }}"
          one: "${{ [steps.one.output.size, steps.one.output.type, steps.one.output.is_folder] }}"
          props: ${{ steps.find.output[0].props["{urn:example}color"] }}
          failed: ${{ steps.find.output[0].failed }}
          locked: ${{ steps.locked.error.kind }}
          copy: ${{ steps.copy.output.replaced }}
          again: ${{ steps.again.error.kind }}
          move: ${{ steps.move.output.replaced }}
          after: "${{ steps.after.output.map(e, e.path) }}"
          left: ${{ steps.left.output }}
        """

    @Test(.enabled(if: hasWebDAV, "run \"scripts/bootstrap tests\" for a WebDAV server to test with"))
    func aWebDAVServerUnderstandsTheConnector() async throws {
        try await withServer("webdav") { port, folder in
            let credential = JSON.text([
                "type": "nextcloud_app", "username": "ada", "password": "fake-password", "user_id": "ada",
                "base_url": .string("http://127.0.0.1:\(port)"), "hosts": [.string("http://127.0.0.1:\(port)")],
            ])
            let machine = try Machine(
                ["files.yaml": Self.files, "a.txt": "hello"], variables: ["FLOWCTL_CREDENTIAL_NEXTCLOUD": credential])
            try await untilAnswers(port)
            let found = try await outputs(of: "files.yaml", on: machine)
            #expect(found["list"] == ["/Reports ü/a b.txt"])
            #expect(found["one"] == [5, "text/plain", false])
            #expect(found["props"] == "red & <b>")
            #expect(found["failed"] == ["{urn:example}size": 404])
            #expect(found["locked"] == "transient" && found["again"] == "conflict")
            #expect(found["copy"] == false && found["move"] == true)
            #expect(found["after"] == ["/Reports ü/c+d.txt"] && found["left"] == [])
            #expect(machine.read("back.txt") == "hello")
        }
    }

    // MARK: Servers

    /// Runs a server of `scripts/services` while `use` does.
    private func withServer(_ name: String, _ use: (_ port: Int, _ folder: String) async throws -> Void) async throws {
        let folder = try Folder.temporary()
        defer { Folder.delete(folder) }
        // The server may give up the rights of root, and must get into its folder then.
        chmod(folder, 0o755)
        let port = try FreePorts.find(10)
        let running = try ChildProcess(
            command: "exec scripts/services/\(name) '\(folder)' \(port)", environment: ["PATH=/usr/bin:/bin:/usr/sbin"],
            workingDirectory: Self.root, scratch: folder
        ).start()
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await use(port, folder))
        } catch {
            outcome = .failure(error)
        }
        running.signal(name == "s3" ? SIGKILL : SIGTERM)
        let end = try await running.finish()
        if case .failure = outcome { Issue.record("\(name) wrote: \(end.errors.suffix(2000))") }
        try outcome.get()
    }

    private func untilAnswers(_ port: Int) async throws {
        for _ in 0..<600 {
            if (try? await LoopbackBrowser.visit("http://127.0.0.1:\(port)/")) != nil { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure(.timeout, "the server did not answer")
    }

    private func outputs(of file: String, on machine: Machine) async throws -> Value {
        let result = try await machine.run("flowctl run \(file) --output json", limit: 120)
        try #require(result.exit == 0, "\(result.errors)")
        return try JSON.parse(result.output)["outputs"] ?? .null
    }
}
