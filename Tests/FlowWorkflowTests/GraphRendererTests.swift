import FlowCore
import FlowWorkflow
import Testing

@Suite struct GraphRendererTests {
    private let text = """
        name: nightly "build"
        steps:
          - { id: list, run: ls }
          - id: both
            parallel:
              - { id: left, run: ls }
              - { id: right, run: ls }
          - id: each
            for_each: [1, 2]
            as: n
            needs: [list]
            run: ls
        finally:
          - { id: tidy, if: always(), run: ls }
        """

    @Test func mermaid() throws {
        #expect(
            try workflow(text).graph(as: .mermaid) == """
                flowchart TD
                    list["list<br/>shell.run"]
                    subgraph both["both<br/>parallel"]
                        both__left["left<br/>shell.run"]
                        both__right["right<br/>shell.run"]
                    end
                    each["each<br/>shell.run<br/>for each n"]
                    subgraph finally["finally"]
                        finally__tidy["tidy<br/>shell.run<br/>if"]
                    end
                    list --> both
                    list --> each

                """)
    }

    @Test func dot() throws {
        #expect(
            try workflow(text).graph(as: .dot) == #"""
                digraph "nightly \"build\"" {
                    compound=true;
                    node [shape=box];
                    "list" [label="list\nshell.run"];
                    subgraph "cluster_both" {
                        label="both\nparallel";
                        "both__left" [label="left\nshell.run"];
                        "both__right" [label="right\nshell.run"];
                    }
                    "each" [label="each\nshell.run\nfor each n"];
                    subgraph "cluster_finally" {
                        label="finally";
                        "finally__tidy" [label="tidy\nshell.run\nif"];
                    }
                    "list" -> "both__left" [lhead="cluster_both"];
                    "list" -> "each";
                }

                """#)
    }

    @Test func ascii() throws {
        #expect(
            try workflow(text).graph(as: .ascii) == """
                nightly "build"
                ├─ list  shell.run
                ├─ both  parallel
                │  ├─ left  shell.run
                │  └─ right  shell.run  (at once)
                ├─ each  shell.run  for each n  ← list
                └─ finally:
                   └─ tidy  shell.run  if

                """)
    }
}
