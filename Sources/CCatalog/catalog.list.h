// Made by scripts/embed-catalog; run it again after adding a file or an operation.

static const unsigned char file_0[] = {
#embed "../../connectors/github.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_1[] = {
#embed "../../connectors/providers/airtable.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_2[] = {
#embed "../../connectors/providers/atlassian.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_3[] = {
#embed "../../connectors/providers/dropbox.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_4[] = {
#embed "../../connectors/providers/github.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_5[] = {
#embed "../../connectors/providers/google.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_6[] = {
#embed "../../connectors/providers/hubspot.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_7[] = {
#embed "../../connectors/providers/linear.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_8[] = {
#embed "../../connectors/providers/microsoft.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_9[] = {
#embed "../../connectors/providers/notion.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_10[] = {
#embed "../../connectors/providers/slack.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_11[] = {
#embed "../../connectors/providers/x.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_12[] = {
#embed "../../connectors/slack.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_13[] = {
#embed "../../templates/fan-out.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_14[] = {
#embed "../../templates/hello.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_15[] = {
#embed "../../templates/web.yaml" suffix(, 0) if_empty(0)
};

static const struct catalog_entry catalog_list[] = {
    {"connectors/github.yaml", file_0, sizeof(file_0) - 1,
     "add_labels comment_issue create_gist create_issue create_release delete_comment dispatch_workflow get_contents get_issue get_user list_issues list_pull_requests update_issue upload_release_asset"},
    {"connectors/providers/airtable.yaml", file_1, sizeof(file_1) - 1,
     ""},
    {"connectors/providers/atlassian.yaml", file_2, sizeof(file_2) - 1,
     ""},
    {"connectors/providers/dropbox.yaml", file_3, sizeof(file_3) - 1,
     ""},
    {"connectors/providers/github.yaml", file_4, sizeof(file_4) - 1,
     ""},
    {"connectors/providers/google.yaml", file_5, sizeof(file_5) - 1,
     ""},
    {"connectors/providers/hubspot.yaml", file_6, sizeof(file_6) - 1,
     ""},
    {"connectors/providers/linear.yaml", file_7, sizeof(file_7) - 1,
     ""},
    {"connectors/providers/microsoft.yaml", file_8, sizeof(file_8) - 1,
     ""},
    {"connectors/providers/notion.yaml", file_9, sizeof(file_9) - 1,
     ""},
    {"connectors/providers/slack.yaml", file_10, sizeof(file_10) - 1,
     ""},
    {"connectors/providers/x.yaml", file_11, sizeof(file_11) - 1,
     ""},
    {"connectors/slack.yaml", file_12, sizeof(file_12) - 1,
     "add_reaction auth_test delete_message download_file get_channel list_channels lookup_user_by_email open_dm read_history send_message update_message upload_file"},
    {"templates/fan-out.yaml", file_13, sizeof(file_13) - 1,
     ""},
    {"templates/hello.yaml", file_14, sizeof(file_14) - 1,
     ""},
    {"templates/web.yaml", file_15, sizeof(file_15) - 1,
     ""},
};
