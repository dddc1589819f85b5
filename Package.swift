// swift-tools-version: 6.2
import PackageDescription

/// Settings that every Swift target shares: Swift 6 mode, strict imports, no warnings.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// A Swift target. What it may import is written in `docs/architecture.md` and checked by `make check`.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of one module; `FlowTestKit` carries the doubles they share.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["FlowTestKit"], exclude: exclude, swiftSettings: strict)
}

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "flowctl",
    products: [.executable(name: "flowctl", targets: ["flowctl"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
    ],
    targets: [
        // System libraries and data: no logic.
        .target(name: "CLibrary"),
        .target(name: "CCurl", dependencies: ["CLibrary"]),
        .target(name: "CCompression", dependencies: ["CLibrary"]),
        .target(name: "CEdit", dependencies: ["CLibrary"]),
        .target(name: "CKeyring"),
        .target(name: "CMariaDB", dependencies: ["CLibrary"]),
        .target(name: "CMongo", dependencies: ["CLibrary"], cSettings: [.headerSearchPath("headers")]),
        .target(name: "CPostgreSQL", dependencies: ["CLibrary"]),
        .target(name: "CProcess"),
        .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("crypto")]),
        .target(name: "CSecret", dependencies: ["CLibrary"]),
        .target(name: "CSQLite", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(name: "CYAML", linkerSettings: [.linkedLibrary("yaml")]),
        .target(name: "CMustache"),
        .target(name: "CCatalog"),
        .target(name: "CReference"),

        // The core.
        module("FlowCore"),
        module("FlowYAML", ["FlowCore", "CYAML"]),
        module("FlowCrypto", ["FlowCore", "COpenSSL"]),
        module("FlowExpression", ["FlowCore", "FlowYAML", "FlowCrypto", "CReference"]),
        module("FlowSpec", ["FlowCore"]),
        module("FlowMIME", ["FlowCore"]),

        // The world.
        module("FlowHTTP", ["FlowCore", "FlowSpec", "FlowCrypto", "CCurl", "CCompression"]),
        module("FlowStore", ["FlowCore", "FlowCrypto", "CSQLite"]),
        module("FlowOAuth", ["FlowCore", "FlowSpec", "FlowCrypto"]),
        module("FlowVault", ["FlowCore", "FlowSpec", "FlowStore", "FlowCrypto", "FlowOAuth", "CKeyring", "CSecret"]),

        // Nodes.
        module(
            "FlowConnect",
            [
                "FlowCore", "FlowSpec", "FlowMIME", "FlowYAML", "FlowExpression", "FlowCrypto", "FlowOAuth", "CCatalog",
            ]),
        module("FlowMock", ["FlowCore", "FlowSpec", "FlowConnect"]),
        module("FlowNodeKit", ["FlowCore", "FlowSpec"]),
        module(
            "FlowNodes",
            [
                "FlowCore", "FlowSpec", "FlowNodeKit", "FlowYAML", "FlowExpression", "FlowStore", "CMustache",
                "CProcess",
            ]),
        module("FlowSQL", ["FlowCore", "FlowSpec", "FlowNodeKit", "CMariaDB", "CPostgreSQL"]),
        module("FlowMongo", ["FlowCore", "FlowSpec", "FlowNodeKit", "CMongo"]),
        module("FlowMail", ["FlowCore", "FlowSpec", "FlowMIME", "FlowNodeKit", "CCurl"]),

        // Workflows and their execution.
        module("FlowWorkflow", ["FlowCore", "FlowYAML", "FlowExpression", "FlowSpec"]),
        module("FlowRun", ["FlowCore", "FlowSpec", "FlowExpression", "FlowWorkflow", "FlowStore", "FlowVault"]),

        // The command.
        module(
            "FlowCLI",
            [
                "FlowCore", "FlowYAML", "FlowExpression", "FlowSpec", "FlowCrypto", "FlowHTTP", "FlowStore",
                "FlowOAuth", "FlowVault", "FlowConnect", "FlowMock", "FlowNodes", "FlowSQL", "FlowMongo", "FlowMail",
                "FlowWorkflow", "FlowRun", "CEdit",
                argumentParser,
            ]),
        .executableTarget(name: "flowctl", dependencies: ["FlowCLI"], swiftSettings: strict),

        // Benchmarks.
        .executableTarget(
            name: "flow-http-bench", dependencies: ["FlowCore", "FlowSpec", "FlowHTTP", "FlowNodes"],
            path: "bench/http-swift",
            swiftSettings: strict),
        .executableTarget(
            name: "flow-expression-bench", dependencies: ["FlowCore", "FlowExpression"],
            path: "bench/expressions-swift", swiftSettings: strict),

        // Tests.
        .target(
            name: "FlowFuzz", dependencies: ["FlowCore", "FlowExpression", "FlowMail"], path: "Tests/FlowFuzz",
            swiftSettings: strict),
        .executableTarget(name: "flow-fuzz", dependencies: ["FlowFuzz"], path: "Tests/Fuzz", swiftSettings: strict),
        module("FlowTestKit", ["FlowCore", "FlowSpec", "FlowYAML", "FlowCrypto"]),
        tests("FlowCoreTests", ["FlowCore"]),
        tests("FlowYAMLTests", ["FlowCore", "FlowYAML"]),
        tests(
            "FlowExpressionTests", ["FlowCore", "FlowExpression", "FlowFuzz"],
            exclude: ["conformance-skips.txt", "type-exceptions.txt", "cases"]),
        tests("FlowSpecTests", ["FlowCore", "FlowSpec"]),
        tests("FlowMIMETests", ["FlowCore", "FlowCrypto", "FlowMIME"]),
        tests("FlowCryptoTests", ["FlowCore", "FlowCrypto", "COpenSSL"]),
        tests("FlowHTTPTests", ["FlowCore", "FlowSpec", "FlowCrypto", "FlowHTTP"]),
        tests("FlowStoreTests", ["FlowCore", "FlowStore", "CSQLite"]),
        tests("FlowOAuthTests", ["FlowCore", "FlowSpec", "FlowCrypto", "FlowHTTP", "FlowNodes", "FlowOAuth"]),
        tests("FlowVaultTests", ["FlowCore", "FlowSpec", "FlowStore", "FlowVault", "FlowCrypto", "FlowOAuth"]),
        tests(
            "FlowConnectTests",
            [
                "FlowCore", "FlowSpec", "FlowYAML", "FlowExpression", "FlowCrypto", "FlowHTTP", "FlowOAuth",
                "FlowConnect",
            ],
            exclude: ["Cases", "Contract"]),
        tests(
            "FlowMongoTests",
            ["FlowCore", "FlowSpec", "FlowYAML", "FlowExpression", "FlowNodes", "FlowMongo", "CMongo"]),
        tests("FlowMockTests", ["FlowCore", "FlowSpec", "FlowConnect", "FlowMock"]),
        tests("FlowSQLTests", ["FlowCore", "FlowSpec", "FlowNodes", "FlowSQL"]),
        tests("FlowNodesTests", ["FlowCore", "FlowSpec", "FlowNodes"]),
        tests("FlowMailTests", ["FlowCore", "FlowSpec", "FlowNodes", "FlowMail", "FlowFuzz"]),
        tests(
            "FlowWorkflowTests", ["FlowCore", "FlowSpec", "FlowYAML", "FlowExpression", "FlowWorkflow"],
            exclude: ["Cases"]),
        tests(
            "CommandTests",
            ["FlowCore", "FlowSpec", "FlowExpression", "FlowRun", "FlowStore", "FlowCLI", "flowctl"],
            exclude: ["Cases"]),
        tests("AcceptanceTests", ["FlowCore", "flowctl"]),
        tests(
            "FlowRunTests",
            [
                "FlowCore", "FlowSpec", "FlowYAML", "FlowExpression", "FlowWorkflow", "FlowStore", "FlowVault",
                "FlowRun",
            ],
            exclude: ["Cases"]),
    ],
    cLanguageStandard: .c2x,
    cxxLanguageStandard: .cxx17
)

// The tests of one module alone, for builds that would take many times as long with all of them (scripts/sanitize).
if let name = Context.environment["FLOWCTL_TESTS"] {
    package.targets.removeAll { $0.isTest && $0.name != name }
}
