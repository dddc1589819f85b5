#pragma once
#include <stddef.h>

/// A line editor on standard input that draws on standard error.
struct flow_editor;

/// Asked on Tab with the text before the cursor. What it sets is freed by the editor; either may stay NULL.
///
/// - insertion: what is put in at the cursor.
/// - choices: lines that are shown, where there are several ways to go on.
typedef void (*flow_completion)(void *context, const char *text, size_t length, char **insertion, char **choices);

/// Why libedit can't be used, as words for a message; NULL where it can. It is loaded by the first call.
const char *flow_editor_problem(void);

/// NULL where the terminal can't be edited on.
struct flow_editor *flow_editor_open(int history, flow_completion completion, void *context);
void flow_editor_close(struct flow_editor *editor);

/// Puts a line at the end of what the arrow keys go through.
void flow_editor_remember(struct flow_editor *editor, const char *line);

enum { FLOW_EDITOR_END = -1, FLOW_EDITOR_INTERRUPTED = -2 };

/// Reads a line; `text` is valid until the next call and has its line break.
///
/// Returns its length, FLOW_EDITOR_END after Ctrl-D, or FLOW_EDITOR_INTERRUPTED after Ctrl-C.
int flow_editor_read(struct flow_editor *editor, const char *prompt, const char **text);
