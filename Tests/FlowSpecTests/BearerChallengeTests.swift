import FlowCore
import FlowSpec
import Testing

@Suite struct BearerChallengeTests {
    @Test(
        arguments: [
            (#"Bearer realm="files", error="invalid_token", error_description="it has ended""#, "invalid_token", []),
            (
                #"Bearer error="insufficient_scope", scope="files.read files.write""#, "insufficient_scope",
                ["files.read", "files.write"]
            ),
            (#"bearer Error=insufficient_scope,Scope="a,b""#, "insufficient_scope", ["a", "b"]),
            (#"Basic realm="a Bearerless place", Bearer scope="a \"b\"" , error = "x""#, "x", ["a"]),
            (#"Bearer"#, nil, []),
            (#"Bearer error="cut"#, "cut", []),
            (#"Bearer error=x, Negotiate, scope="other""#, "x", []),
        ] as [(String, String?, [String])])
    func readsWhatAServiceSays(field: String, error: String?, scopes: [String]) throws {
        let challenge = try #require(BearerChallenge(HTTPHeaders([("WWW-Authenticate", field)])))
        #expect(challenge.error == error)
        #expect(challenge.scopes == scopes)
    }

    @Test(arguments: ["", "Basic realm=\"x\"", "Bearers x=1", "NotBearer error=x"])
    func otherSchemesAreNone(field: String) {
        #expect(BearerChallenge(HTTPHeaders([("WWW-Authenticate", field)])) == nil)
    }

    @Test func theRightFieldOfSeveralIsFound() {
        let headers = HTTPHeaders([
            ("WWW-Authenticate", "Basic realm=\"x\""), ("www-authenticate", "Bearer error=\"invalid_token\""),
        ])
        #expect(BearerChallenge(headers)?.error == "invalid_token")
    }

    private func explained(_ field: String, _ credential: Credential?) -> Failure {
        let response = HTTPResponse(status: 403, headers: HTTPHeaders([("WWW-Authenticate", field)]))
        var failure = Failure(.permission, "api.example answered 403 Forbidden", hint: "use another one")
        failure.explain(by: response, credential)
        return failure
    }

    @Test func aScopeThatIsMissingComesWithTheCommandThatAsksForIt() {
        let granted = ValueMap([("scopes", Value.string("mail files.read"))])
        let credential = Credential(name: "work", type: "oauth2", fields: granted)
        let several = explained(#"Bearer error="insufficient_scope", scope="files.read files.write""#, credential)
        #expect(
            several.message
                == "api.example answered 403 Forbidden; it needs the scopes files.read files.write of \"work\"")
        #expect(several.hint == "run \"flowctl credentials login work --scopes mail,files.read,files.write\"")
        let one = explained(#"Bearer error="insufficient_scope", scope="files.read""#, credential)
        #expect(one.message == "api.example answered 403 Forbidden; it needs the scope files.read of \"work\"")
        let unnamed = explained(#"Bearer error="insufficient_scope""#, credential)
        #expect(
            unnamed.message
                == "api.example answered 403 Forbidden; the token of \"work\" lacks a scope that this needs")
    }

    /// The command is there to be pasted.
    @Test func scopesAreWordsOfAShell() {
        let credential = Credential(name: "work", type: "oauth2", fields: ValueMap())
        let outcome = explained(
            #"Bearer error="insufficient_scope", scope="https://a.example/b;cmd${IFS}x it's \\c é""#, credential)
        #expect(
            outcome.hint
                == #"run "flowctl credentials login work --scopes 'https://a.example/b;cmd${IFS}x,it'\''s'""#)
    }

    @Test func whatIsNoMatterOfScopesStaysAsItIs() {
        let field = #"Bearer error="insufficient_scope", scope="a""#
        #expect(explained(field, nil).message == "api.example answered 403 Forbidden")
        let vault = Credential(name: "work", type: "oauth2", fields: ValueMap())
        #expect(explained(#"Bearer error="invalid_token", scope="a""#, vault).hint == "use another one")
        let variable = Credential(
            name: "work", type: "bearer", fields: ValueMap(), source: .environment(variable: "FLOWCTL_CREDENTIAL_WORK"))
        #expect(explained(field, variable).hint == "use another one")
    }
}
