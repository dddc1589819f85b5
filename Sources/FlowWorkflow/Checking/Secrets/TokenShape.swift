/// How the tokens of one service look, where they can be told from other text.
struct TokenShape: Sendable {
    enum Alphabet: Sendable {
        case hexadecimal, upper, word, dashed, dotted, path

        func holds(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "a")...UInt8(ascii: "f"): self != .upper
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): self != .hexadecimal
            case UInt8(ascii: "g")...UInt8(ascii: "z"): self != .upper && self != .hexadecimal
            case UInt8(ascii: "_"): self != .upper && self != .hexadecimal
            case UInt8(ascii: "-"): self == .dashed || self == .dotted || self == .path
            case UInt8(ascii: "."): self == .dotted || self == .path
            case UInt8(ascii: "/"): self == .path
            default: false
            }
        }
    }

    /// What it is, with its article.
    var title: String
    var prefix: [UInt8]
    /// What follows the prefix, and how many bytes of it.
    var rest: Alphabet
    var count: ClosedRange<Int>
    /// How it is put into the vault: the name and type of the credential. Where there is a connector of the name, it takes
    /// the type; `oauth2` is what a login brings.
    var name: String
    var type: String

    private init(
        _ title: String, _ prefix: String, _ rest: Alphabet, _ count: ClosedRange<Int>, name: String, type: String
    ) {
        self.title = title
        self.prefix = Array(prefix.utf8)
        self.rest = rest
        self.count = count
        self.name = name
        self.type = type
    }

    /// By the first byte of the prefix.
    static let known = (0..<256).map { byte in all.filter { $0.prefix[0] == UInt8(byte) } }

    private static let all: [TokenShape] =
        slack + gitHub + google + stripe + [
            TokenShape("an AWS access key", "AKIA", .upper, 16...16, name: "s3", type: "s3_key"),
            TokenShape("an AWS access key", "ASIA", .upper, 16...16, name: "s3", type: "s3_key"),
            TokenShape("a GitLab token", "glpat-", .dashed, 20...64, name: "gitlab", type: "bearer"),
            TokenShape("a SendGrid key", "SG.", .dotted, 60...80, name: "sendgrid", type: "bearer"),
            TokenShape("a Notion token", "ntn_", .word, 40...60, name: "notion", type: "notion_token"),
            TokenShape("a Notion token", "secret_", .word, 43...43, name: "notion", type: "notion_token"),
            TokenShape("an Airtable token", "pat", .dotted, 79...79, name: "airtable", type: "bearer"),
            TokenShape("a Linear key", "lin_api_", .word, 32...60, name: "linear", type: "linear_key"),
            TokenShape("a Linear token", "lin_oauth_", .word, 32...80, name: "linear", type: "oauth2"),
            TokenShape("a HubSpot token", "pat-na", .dashed, 30...45, name: "hubspot", type: "bearer"),
            TokenShape("a HubSpot token", "pat-eu", .dashed, 30...45, name: "hubspot", type: "bearer"),
            TokenShape("a Dropbox token", "sl.", .dotted, 60...2000, name: "dropbox", type: "dropbox_token"),
            TokenShape("an Atlassian token", "ATATT3", .dotted, 100...300, name: "jira", type: "jira_token"),
            TokenShape("an OpenAI key", "sk-proj-", .dashed, 40...200, name: "openai", type: "openai_key"),
            TokenShape("an Anthropic key", "sk-ant-", .dashed, 40...200, name: "anthropic", type: "anthropic_key"),
            TokenShape("an npm token", "npm_", .word, 36...36, name: "npm", type: "bearer"),
            TokenShape("a PyPI token", "pypi-AgE", .dashed, 50...300, name: "pypi", type: "bearer"),
            TokenShape("a DigitalOcean token", "dop_v1_", .hexadecimal, 64...64, name: "digitalocean", type: "bearer"),
            TokenShape(
                "a Discord webhook's address", "discord.com/api/webhooks/", .path, 60...120, name: "discord-webhook",
                type: "custom"),
            TokenShape("a webhook secret", "whsec_", .word, 24...80, name: "webhook", type: "webhook"),
        ]

    private static let slack =
        ["xoxb-", "xoxa-", "xoxr-"].map {
            TokenShape("a Slack bot token", $0, .dashed, 20...120, name: "slack", type: "slack_bot")
        } + [
            TokenShape("a Slack user token", "xoxp-", .dashed, 20...120, name: "slack", type: "slack_user"),
            TokenShape(
                "a Slack webhook's address", "hooks.slack.com/services/", .path, 30...100, name: "slack-webhook",
                type: "slack_webhook"),
            TokenShape("a Slack app token", "xapp-", .dashed, 30...150, name: "slack-app", type: "bearer"),
        ]

    private static let gitHub =
        ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map {
            TokenShape("a GitHub token", $0, .word, 36...255, name: "github", type: "github_token")
        } + [TokenShape("a GitHub token", "github_pat_", .word, 50...255, name: "github", type: "github_token")]

    private static let google = [
        TokenShape("a Google API key", "AIza", .dashed, 35...35, name: "google-key", type: "api_key"),
        TokenShape("a Google access token", "ya29.", .dotted, 30...2000, name: "google", type: "oauth2"),
        TokenShape("a Google client secret", "GOCSPX-", .dashed, 28...28, name: "google", type: "oauth2"),
    ]

    private static let stripe = ["sk_live_", "sk_test_", "rk_live_", "rk_test_"].map {
        TokenShape("a Stripe key", $0, .word, 24...250, name: "stripe", type: "stripe_key")
    }
}
