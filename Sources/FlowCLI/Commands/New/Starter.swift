/// A workflow to begin with.
struct Starter {
    var name: String
    var summary: String
    /// `NAME` stands for the workflow's name.
    private var template: String

    func text(named name: String) -> String {
        template.split(separator: "NAME", omittingEmptySubsequences: false).joined(separator: Starter.valid(name))
    }

    /// A workflow's name from a file's: letters, digits, `-` and `_`.
    private static func valid(_ name: String) -> String {
        let text = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") ? $0 : "-" })
        return text.isEmpty ? "workflow" : text
    }

    static let all = [hello, web, fanOut]

    private static let hello = Starter(
        name: "hello", summary: "An input, two steps, an output.",
        template: """
            name: NAME
            inputs:
              who: { type: string, default: world }

            steps:
              - id: greet
                run: echo "hello, $WHO"
                env: { WHO: "${{ inputs.who }}" }

              - id: shout
                uses: data.transform
                with:
                  values:
                    text: steps.greet.output.stdout.trim().upperAscii()

            outputs:
              text: ${{ steps.shout.output.text }}

            """)

    private static let web = Starter(
        name: "web", summary: "A request to a web service, its answer kept in a file.",
        template: """
            name: NAME
            inputs:
              url: { type: string, default: "https://api.github.com/repos/swiftlang/swift" }

            defaults:
              timeout: 30s
              retry: 3

            steps:
              - id: fetch
                uses: http.request
                with: { url: "${{ inputs.url }}" }

              - id: save
                uses: files.write
                with:
                  path: answer.json
                  content: ${{ to_json(steps.fetch.output.body) }}

            outputs:
              status: ${{ steps.fetch.output.status }}

            """)

    private static let fanOut = Starter(
        name: "fan-out", summary: "A list, one piece of work per item, side by side; handlers.",
        template: """
            name: NAME
            inputs:
              names: { type: list, default: [ada, grace, edsger] }

            steps:
              - id: greet
                for_each: ${{ inputs.names }}
                as: name
                max_parallel: 2
                on_item_error: continue
                run: echo "hello, $WHO"
                env: { WHO: "${{ name }}" }

            finally:
              - uses: flow.log
                with: { message: "greeted ${{ steps.greet.items.size() }}" }

            outputs:
              greetings: ${{ steps.greet.output.map(o, o.stdout) }}

            """)
}
