// Made by scripts/embed-catalog; run it again after adding a file or an operation.

static const unsigned char file_0[] = {
#embed "../../connectors/anthropic.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_1[] = {
#embed "../../connectors/drive.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_2[] = {
#embed "../../connectors/dropbox.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_3[] = {
#embed "../../connectors/github.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_4[] = {
#embed "../../connectors/gmail.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_5[] = {
#embed "../../connectors/jira.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_6[] = {
#embed "../../connectors/linear.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_7[] = {
#embed "../../connectors/nextcloud.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_8[] = {
#embed "../../connectors/notion.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_9[] = {
#embed "../../connectors/onedrive.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_10[] = {
#embed "../../connectors/openai.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_11[] = {
#embed "../../connectors/openproject.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_12[] = {
#embed "../../connectors/outlook.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_13[] = {
#embed "../../connectors/providers/airtable.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_14[] = {
#embed "../../connectors/providers/atlassian.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_15[] = {
#embed "../../connectors/providers/dropbox.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_16[] = {
#embed "../../connectors/providers/github.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_17[] = {
#embed "../../connectors/providers/google.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_18[] = {
#embed "../../connectors/providers/hubspot.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_19[] = {
#embed "../../connectors/providers/linear.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_20[] = {
#embed "../../connectors/providers/microsoft.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_21[] = {
#embed "../../connectors/providers/notion.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_22[] = {
#embed "../../connectors/providers/openproject.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_23[] = {
#embed "../../connectors/providers/slack.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_24[] = {
#embed "../../connectors/providers/x.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_25[] = {
#embed "../../connectors/s3.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_26[] = {
#embed "../../connectors/sheets.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_27[] = {
#embed "../../connectors/slack.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_28[] = {
#embed "../../connectors/stripe.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_29[] = {
#embed "../../connectors/teams.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_30[] = {
#embed "../../connectors/telegram.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_31[] = {
#embed "../../connectors/zulip.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_32[] = {
#embed "../../templates/database-dump-to-s3.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_33[] = {
#embed "../../templates/deprovision-user.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_34[] = {
#embed "../../templates/dropbox-to-s3.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_35[] = {
#embed "../../templates/fan-out.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_36[] = {
#embed "../../templates/hello.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_37[] = {
#embed "../../templates/jira-to-linear.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_38[] = {
#embed "../../templates/project-kickoff.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_39[] = {
#embed "../../templates/provision-user.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_40[] = {
#embed "../../templates/pull-request-to-slack.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_41[] = {
#embed "../../templates/sheet-report.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_42[] = {
#embed "../../templates/stripe-to-sheet.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_43[] = {
#embed "../../templates/telegram-auto-reply.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_44[] = {
#embed "../../templates/web.yaml" suffix(, 0) if_empty(0)
};

static const unsigned char file_45[] = {
#embed "../../templates/zulip-thread-to-notion.yaml" suffix(, 0) if_empty(0)
};

static const struct catalog_entry catalog_list[] = {
    {"connectors/anthropic.yaml", file_0, sizeof(file_0) - 1,
     "chat check_key count_tokens list_models"},
    {"connectors/drive.yaml", file_1, sizeof(file_1) - 1,
     "about copy create_folder delete download export export_large generate_ids get list list_changes list_drives list_permissions move share start_page_token stop_channel trash unshare update_content update_metadata update_permission upload watch_changes"},
    {"connectors/dropbox.yaml", file_2, sizeof(file_2) - 1,
     "account add_folder_member copy create_folder delete delete_batch download download_zip export finish_batch get_metadata latest_cursor list list_continue list_links list_revisions longpoll modify_link move move_batch restore revoke_link save_url search share_folder share_link space_usage temporary_link temporary_upload_link upload upload_session_append upload_session_finish upload_session_start"},
    {"connectors/github.yaml", file_3, sizeof(file_3) - 1,
     "add_assignees add_labels cancel_run close_issue comment_issue compare create_branch create_check_run create_gist create_hook create_issue create_label create_org_repo create_pull_request create_release create_repo create_status delete_comment delete_contents delete_hook delete_ref dispatch_workflow download_file get_combined_status get_commit get_contents get_issue get_latest_release get_merge_result get_pull_request get_rate_limit get_ref get_release_by_tag get_repo get_run get_user list_branches list_check_runs list_comments list_commits list_hooks list_issues list_labels list_org_repos list_pull_request_files list_pull_requests list_releases list_repos list_runs list_user_repos list_workflow_runs list_workflows lock_issue merge_pull_request merge_pull_request_async put_contents remove_label repository_dispatch request_reviewers rerun review_pull_request search_code search_issues search_repos set_labels update_check_run update_comment update_issue update_pull_request update_pull_request_branch update_release upload_release_asset"},
    {"connectors/gmail.yaml", file_4, sizeof(file_4) - 1,
     "batch_modify create_draft create_label delete get get_attachment get_thread history list_labels list_threads modify profile search send send_draft send_large trash untrash watch"},
    {"connectors/jira.yaml", file_5, sizeof(file_5) - 1,
     "add_attachment add_watcher add_worklog assign_issue assignable_users attachment_limits comment count create_issue create_issues create_meta_fields create_meta_types create_project create_version delete_attachment delete_comment delete_issue delete_project download_attachment find_users get_attachment get_issue get_project get_transitions link_issues link_types list_comments list_fields list_projects list_statuses list_worklogs myself notify project_versions register_webhook remote_link search search_statuses server_info transition_issue update_comment update_issue update_project"},
    {"connectors/linear.yaml", file_6, sizeof(file_6) - 1,
     "add_label archive_issue batch_create batch_update comment create_attachment create_issue create_label create_project create_webhook delete_comment delete_issue delete_webhook download_file get_issue get_team issue_by_branch link_url list_comments list_cycles list_issues list_labels list_projects list_states list_teams list_users list_webhooks rate_limit_status relate_issues remove_label search_issues update_comment update_issue upload_file viewer"},
    {"connectors/nextcloud.yaml", file_7, sizeof(file_7) - 1,
     "add_subadmin add_user_to_group assign_tag chunked_upload copy create_folder create_group create_share create_tag create_user create_webhook delete delete_group delete_share delete_trash delete_user delete_webhook direct_link disable_user download_file empty_trash enable_user get_capabilities get_metadata get_share get_status get_user get_webhook list_favorites list_file_tags list_folder list_group_members list_groups list_groups_details list_search_providers list_shares list_subadmins list_tags list_trash list_user_groups list_users list_users_details list_versions list_webhooks lock lock_file move propfind proppatch remove_subadmin remove_user_from_group reset_password restore_trash restore_version revoke_app_password search_by_tag search_files search_fulltext search_sharees search_unified send_share_email send_welcome_mail set_favorite set_quota unassign_tag unlock unlock_file update_group update_share update_user update_webhook upload_file whoami"},
    {"connectors/notion.yaml", file_8, sizeof(file_8) - 1,
     "append_blocks comment complete_file_upload create_data_source create_database create_file_upload create_page delete_block delete_comment get_async_task get_block get_data_source get_database get_file_upload get_page get_page_markdown get_page_property get_user list_blocks list_comments list_templates list_users me move_page query_data_source search send_file_upload trash_page update_block update_comment update_data_source update_database update_page update_page_markdown upload_file"},
    {"connectors/onedrive.yaml", file_9, sizeof(file_9) - 1,
     "copy_item create_folder create_link delete_item delta download_file get_drive get_item list_items move_or_rename search upload_file"},
    {"connectors/openai.yaml", file_10, sizeof(file_10) - 1,
     "chat create_response embed get_model list_models moderate"},
    {"connectors/openproject.yaml", file_11, sizeof(file_11) - 1,
     "add_attachment add_group_members add_member add_relation add_watcher assign comment copy_project copy_project_form create_group create_project create_query create_user create_version create_work_package create_work_package_in delete_attachment delete_group delete_project delete_query delete_relation delete_time_entry delete_user delete_version delete_work_package download_attachment export_work_packages get_attachment get_budget get_category get_custom_action get_custom_option get_group get_me get_project get_user get_version get_work_package list_activities list_attachments list_available_assignees list_custom_field_items list_groups list_memberships list_principals list_priorities list_project_budgets list_project_categories list_project_types list_project_versions list_project_work_packages list_projects list_queries list_relations list_roles list_statuses list_time_entries list_types list_users list_versions list_watchers list_work_packages lock_user log_time new_work_package_form remove_group_members remove_member remove_watcher run_custom_action run_query set_custom_fields set_member_roles set_progress set_status star_query sum_work_packages time_entry_form unlock_user unstar_query update_comment update_group update_project update_query update_relation update_time_entry update_user update_version update_work_package upload_unattached work_package_form"},
    {"connectors/outlook.yaml", file_12, sizeof(file_12) - 1,
     "add_attachment add_large_attachment copy_message create_child_folder create_draft create_event create_folder create_forward_draft create_reply_all_draft create_reply_draft delete_message download_attachment download_message forward get_attachment get_message list_attachments list_child_folders list_folder_messages list_folders list_messages me move_message reply reply_all send_draft send_mail update_message"},
    {"connectors/providers/airtable.yaml", file_13, sizeof(file_13) - 1,
     ""},
    {"connectors/providers/atlassian.yaml", file_14, sizeof(file_14) - 1,
     ""},
    {"connectors/providers/dropbox.yaml", file_15, sizeof(file_15) - 1,
     ""},
    {"connectors/providers/github.yaml", file_16, sizeof(file_16) - 1,
     ""},
    {"connectors/providers/google.yaml", file_17, sizeof(file_17) - 1,
     ""},
    {"connectors/providers/hubspot.yaml", file_18, sizeof(file_18) - 1,
     ""},
    {"connectors/providers/linear.yaml", file_19, sizeof(file_19) - 1,
     ""},
    {"connectors/providers/microsoft.yaml", file_20, sizeof(file_20) - 1,
     ""},
    {"connectors/providers/notion.yaml", file_21, sizeof(file_21) - 1,
     ""},
    {"connectors/providers/openproject.yaml", file_22, sizeof(file_22) - 1,
     ""},
    {"connectors/providers/slack.yaml", file_23, sizeof(file_23) - 1,
     ""},
    {"connectors/providers/x.yaml", file_24, sizeof(file_24) - 1,
     ""},
    {"connectors/s3.yaml", file_25, sizeof(file_25) - 1,
     "abort_multipart_upload copy_object create_bucket delete_bucket delete_object delete_objects get_bucket_location get_object get_object_tags get_owner head_bucket head_object list_buckets list_multipart_uploads list_objects multipart_upload presign_url put_object put_object_tags"},
    {"connectors/sheets.yaml", file_26, sizeof(file_26) - 1,
     "append batch_clear batch_read batch_update batch_write clear copy_sheet create get read read_rows write"},
    {"connectors/slack.yaml", file_27, sizeof(file_27) - 1,
     "add_reaction archive_channel auth_test create_channel delete_file delete_message delete_scheduled_message download_file get_channel get_file get_permalink get_reactions get_user invite_users join_channel list_channels list_files list_members list_users lookup_user_by_email open_dm pin_message read_history read_replies remove_reaction schedule_message send_ephemeral send_message send_response send_webhook set_purpose set_topic update_message upload_file"},
    {"connectors/stripe.yaml", file_28, sizeof(file_28) - 1,
     "cancel_payment_intent cancel_refund cancel_subscription capture_charge capture_payment_intent confirm_payment_intent create_charge create_checkout_session create_customer create_invoice create_invoice_item create_payment_intent create_payment_link create_price create_product create_refund create_webhook_endpoint delete_customer delete_invoice delete_webhook_endpoint expire_checkout_session finalize_invoice get_balance get_charge get_checkout_session get_customer get_event get_invoice get_payment_intent get_refund list_charges list_checkout_sessions list_customers list_events list_invoices list_payment_intents list_prices list_products list_refunds list_subscriptions list_webhook_endpoints mark_uncollectible pay_invoice search_charges search_customers search_payment_intents send_invoice update_charge update_customer update_payment_intent void_invoice"},
    {"connectors/teams.yaml", file_29, sizeof(file_29) - 1,
     "add_reaction create_channel create_chat create_meeting delete_message get_user list_channel_messages list_channels list_chat_messages list_chats list_joined_teams list_replies list_users me remove_reaction reply_channel_message send_channel_message send_chat_message update_message"},
    {"connectors/telegram.yaml", file_30, sizeof(file_30) - 1,
     "answer_callback ban_member copy_message create_topic delete_message delete_messages delete_webhook download_file edit_caption edit_markup edit_media edit_message forward_message get_chat get_file get_me get_member get_updates get_webhook_info pin_message send_audio send_chat_action send_document send_location send_media_group send_message send_photo send_poll send_video send_voice set_commands set_reaction set_webhook unpin_message"},
    {"connectors/zulip.yaml", file_31, sizeof(file_31) - 1,
     "add_default_stream add_reaction archive_stream create_channel_folder create_stream create_user deactivate_user delete_message delete_queue delete_scheduled_message delete_topic download_file edit_message follow_topic get_events get_file_url get_me get_message get_message_history get_messages get_presence get_read_receipts get_server_settings get_status get_stream get_stream_email get_stream_id get_subscription_status get_user get_user_by_email list_channel_folders list_groups list_messages list_presence list_recent_messages list_scheduled_messages list_streams list_subscribers list_subscriptions list_topics list_user_channels list_users move_topic mute_stream mute_topic mute_user reactivate_user register_queue remove_default_stream remove_reaction render_message resolve_topic schedule_message send_direct_message send_stream_message set_flags set_flags_in_narrow set_presence set_role set_status set_stream_permissions set_subscription_settings set_topic_visibility set_typing set_user_status subscribe unmute_user unresolve_topic unsubscribe update_group_members update_settings update_stream update_subscriptions update_user upload_file"},
    {"templates/database-dump-to-s3.yaml", file_32, sizeof(file_32) - 1,
     ""},
    {"templates/deprovision-user.yaml", file_33, sizeof(file_33) - 1,
     ""},
    {"templates/dropbox-to-s3.yaml", file_34, sizeof(file_34) - 1,
     ""},
    {"templates/fan-out.yaml", file_35, sizeof(file_35) - 1,
     ""},
    {"templates/hello.yaml", file_36, sizeof(file_36) - 1,
     ""},
    {"templates/jira-to-linear.yaml", file_37, sizeof(file_37) - 1,
     ""},
    {"templates/project-kickoff.yaml", file_38, sizeof(file_38) - 1,
     ""},
    {"templates/provision-user.yaml", file_39, sizeof(file_39) - 1,
     ""},
    {"templates/pull-request-to-slack.yaml", file_40, sizeof(file_40) - 1,
     ""},
    {"templates/sheet-report.yaml", file_41, sizeof(file_41) - 1,
     ""},
    {"templates/stripe-to-sheet.yaml", file_42, sizeof(file_42) - 1,
     ""},
    {"templates/telegram-auto-reply.yaml", file_43, sizeof(file_43) - 1,
     ""},
    {"templates/web.yaml", file_44, sizeof(file_44) - 1,
     ""},
    {"templates/zulip-thread-to-notion.yaml", file_45, sizeof(file_45) - 1,
     ""},
};
