import ArgumentParser
import FlowConnect
import FlowCore
import FlowSpec

extension BaseURL {
    /// What help says of `--base-url`.
    static let optionHelp = ArgumentHelp(
        "Send requests there instead, for tests and gateways; name= is for one app, and may be given for several.",
        valueName: "[name=]url")

    /// Reads `--base-url [NAME=]URL`.
    ///
    /// - Parameters:
    ///   - texts: as often as it was given.
    ///   - connectors: those that may be named, beside `http`.
    /// - Throws: an `Exit` of status `usage` where one is no http or https URL, two are for the same, or nothing has the
    ///   name of one.
    static func option(_ texts: [String], among connectors: ConnectorSource) throws -> BaseURL? {
        guard !texts.isEmpty else { return nil }
        let found = try read(texts)
        guard !found.connectors.isEmpty else { return found }
        let known = connectors.connectorNames + ["http"]
        if let unknown = found.connectors.first(where: { !known.contains($0) }) {
            throw Exit.usage(
                "--base-url is for \"\(unknown)\", and there is no such app",
                hint: Suggestion.didYouMean(unknown, among: known)
                    ?? "use the name before the dot in \"flowctl nodes list\"")
        }
        return found
    }

    private static func read(_ texts: [String]) throws -> BaseURL {
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
