import ArgumentParser
import FlowSpec

extension BaseURL {
    /// What help says of `--base-url`.
    static let optionHelp = ArgumentHelp(
        "Send requests there instead, for tests and gateways; name= is for one app, and may be given for several.",
        valueName: "[name=]url")

    /// Reads `--base-url [NAME=]URL`.
    ///
    /// - Parameter texts: as often as it was given.
    /// - Throws: an `Exit` of status `usage` where one is no http or https URL, or two are for the same.
    static func option(_ texts: [String]) throws -> BaseURL? {
        guard !texts.isEmpty else { return nil }
        do {
            return try BaseURL(options: texts)
        } catch .noURL(let url) {
            throw Exit.usage(
                "--base-url must be an http or https URL, not \"\(url)\"",
                hint: "write it as http://localhost:8080 or slack=http://localhost:8080")
        } catch .twice(let name?) {
            throw Exit.usage("--base-url is given more than once for \(name)", hint: "give one for each app")
        } catch .twice(nil) {
            throw Exit.usage(
                "--base-url is given more than once without a name",
                hint: "name the app of each, as in slack=http://localhost:8080")
        }
    }
}
