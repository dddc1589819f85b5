import ArgumentParser

/// `flowctl credentials …`
struct CredentialsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credentials", abstract: "Keep credentials in the vault.",
        discussion: "In CI a variable such as FLOWCTL_CREDENTIAL_SLACK_TEAM stands for the credential slack-team.",
        subcommands: [
            CredentialsLoginCommand.self, CredentialsLogoutCommand.self, CredentialsAddCommand.self,
            CredentialsTypesCommand.self, CredentialsListCommand.self, CredentialsShowCommand.self,
            CredentialsEditCommand.self, CredentialsTestCommand.self, CredentialsDoctorCommand.self,
            CredentialsUsageCommand.self, CredentialsAllowCommand.self, CredentialsDenyCommand.self,
            CredentialsRenameCommand.self, CredentialsExportCommand.self, CredentialsImportCommand.self,
            CredentialsDeleteCommand.self,
        ])
}
