import FlowCLI

@main
enum Flowctl {
    static func main() async { await CommandLineTool.main() }
}
