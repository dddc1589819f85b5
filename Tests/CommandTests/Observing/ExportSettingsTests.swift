import FlowCore
import Testing

@testable import FlowCLI

@Suite struct ExportSettingsTests {
    private static let base = "OTEL_EXPORTER_OTLP_ENDPOINT"

    private func problem(_ environment: [String: String]) -> String? {
        do {
            _ = try ExportSettings(environment: environment)
            return nil
        } catch {
            return Exit(error).failures.first.map { failure in
                failure.message + (failure.hint.map { " (\($0))" } ?? "")
            }
        }
    }

    @Test func withoutAnEndpointNothingIsExported() throws {
        #expect(try ExportSettings(environment: ["OTEL_SERVICE_NAME": "shop"]) == nil)
        #expect(try ExportSettings(environment: [ExportSettingsTests.base: ""]) == nil)
    }

    @Test(arguments: [("OTEL_SDK_DISABLED", "true"), ("OTEL_TRACES_EXPORTER", "none")])
    func exportCanBeTurnedOff(name: String, value: String) throws {
        #expect(
            try ExportSettings(environment: [ExportSettingsTests.base: "http://localhost:4318", name: value]) == nil)
    }

    @Test func theBaseEndpointGetsThePathOfTraces() throws {
        for url in ["http://localhost:4318", "http://localhost:4318/"] {
            let settings = try #require(try ExportSettings(environment: [ExportSettingsTests.base: url]))
            #expect(settings.url == "http://localhost:4318/v1/traces")
            #expect(settings.timeout == .seconds(10))
            #expect(settings.resource.map { "\($0.0)=\($0.1)" } == ["service.name=flowctl"])
        }
    }

    @Test func theEndpointOfTracesIsTakenAsItIs() throws {
        let settings = try #require(
            try ExportSettings(environment: [
                ExportSettingsTests.base: "http://localhost:1",
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://collector.example/in",
                "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Bearer%20fake-token-1, x-team = ops",
                "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "2500",
                "OTEL_EXPORTER_OTLP_CERTIFICATE": "/etc/ca.pem",
                "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=staging,service.name=other",
                "OTEL_SERVICE_NAME": "shop",
            ]))
        #expect(settings.url == "https://collector.example/in")
        #expect(
            settings.headers.map { "\($0.name): \($0.value)" } == ["Authorization: Bearer fake-token-1", "x-team: ops"])
        #expect(settings.secrets.contains("fake-token-1"))
        #expect(settings.timeout == .milliseconds(2500))
        #expect(settings.caFile == "/etc/ca.pem")
        #expect(
            settings.resource.map { "\($0.0)=\($0.1)" } == [
                "service.name=shop", "deployment.environment.name=staging",
            ])
    }

    @Test func mistakesNameTheVariable() {
        #expect(
            problem([ExportSettingsTests.base: "localhost:4318"])
                == "OTEL_EXPORTER_OTLP_ENDPOINT is no URL of http or https: \"localhost:4318\" (write it like http://localhost:4318)"
        )
        let endpoint = [ExportSettingsTests.base: "http://localhost:4317"]
        #expect(
            problem(endpoint.merging(["OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"]) { $1 })
                == "OTEL_EXPORTER_OTLP_PROTOCOL is grpc; flowctl sends traces over HTTP only (set it to http/json and let the endpoint be the HTTP port, mostly 4318; OTEL_TRACES_EXPORTER=none turns traces off)"
        )
        #expect(
            problem(endpoint.merging(["OTEL_EXPORTER_OTLP_TIMEOUT": "10s"]) { $1 })
                == "OTEL_EXPORTER_OTLP_TIMEOUT is no number of milliseconds from 1 to 600000: \"10s\"")
        #expect(
            problem(endpoint.merging(["OTEL_EXPORTER_OTLP_HEADERS": "fake-token-1"]) { $1 })
                == "OTEL_EXPORTER_OTLP_HEADERS is not a list of name=value (write it like a=1,b=two%20words)")
    }
}

@Suite struct TraceContextTests {
    @Test func theStartersTraceGoesOn() throws {
        let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        let context = try #require(TraceContext(environment: ["TRACEPARENT": header]))
        #expect(context.trace == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(context.parent.text == "00f067aa0ba902b7")
    }

    @Test(arguments: [
        "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
    ])
    func whatCannotBeReadStartsANewTrace(header: String) {
        #expect(TraceContext(environment: ["TRACEPARENT": header]) == nil)
    }
}
