// Made by scripts/embed-catalog; run it again after adding a file or an operation.

static const unsigned char file_0[] = {
#embed "../../connectors/github.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_1[] = {
#embed "../../connectors/slack.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_2[] = {
#embed "../../templates/fan-out.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_3[] = {
#embed "../../templates/hello.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_4[] = {
#embed "../../templates/web.yaml" suffix(, 0) if_empty(0)
};

static const struct catalog_entry catalog_list[] = {
    {"connectors/github.yaml", file_0, sizeof(file_0) - 1,
     "add_labels comment_issue create_gist create_issue create_release delete_comment dispatch_workflow get_contents get_issue get_user list_issues list_pull_requests update_issue upload_release_asset"},
    {"connectors/slack.yaml", file_1, sizeof(file_1) - 1,
     "add_reaction auth_test delete_message download_file get_channel list_channels lookup_user_by_email open_dm read_history send_message update_message upload_file"},
    {"templates/fan-out.yaml", file_2, sizeof(file_2) - 1,
     ""},
    {"templates/hello.yaml", file_3, sizeof(file_3) - 1,
     ""},
    {"templates/web.yaml", file_4, sizeof(file_4) - 1,
     ""},
};
