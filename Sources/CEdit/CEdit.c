// libedit, loaded when somebody types: hardly any start of flowctl needs it.
//
// Its functions and constants are declared here as histedit.h has had them since libedit 2.11, so that building flowctl
// needs no package more.

#include "CEdit.h"

#include <CLibrary.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct editline EditLine;
typedef struct history History;

typedef struct {
    const char *buffer;
    const char *cursor;
    const char *end;
} LineInfo;

typedef struct {
    int number;
    const char *text;
} HistEvent;

enum { CC_EOF = 2, CC_REFRESH = 4, CC_ERROR = 6, CC_REDISPLAY = 8 };
enum {
    EL_PROMPT = 0,
    EL_EDITOR = 2,
    EL_BIND = 4,
    EL_SETTY = 8,
    EL_ADDFN = 9,
    EL_HIST = 10,
    EL_CLIENTDATA = 14,
};
enum { H_SETSIZE = 1, H_ENTER = 10, H_SETUNIQUE = 20 };

static struct {
    EditLine *(*el_init)(const char *program, FILE *input, FILE *output, FILE *errors);
    void (*el_end)(EditLine *line);
    const char *(*el_gets)(EditLine *line, int *count);
    int (*el_set)(EditLine *line, int option, ...);
    int (*el_get)(EditLine *line, int option, ...);
    const LineInfo *(*el_line)(EditLine *line);
    int (*el_insertstr)(EditLine *line, const char *text);
    History *(*history_init)(void);
    void (*history_end)(History *history);
    int (*history)(History *history, HistEvent *event, int option, ...);
} libedit;

static const flow_symbol symbols[] = {
#define SYMBOL(name) {#name, &libedit.name}
    SYMBOL(el_init), SYMBOL(el_end), SYMBOL(el_gets), SYMBOL(el_set), SYMBOL(el_get), SYMBOL(el_line),
    SYMBOL(el_insertstr), SYMBOL(history_init), SYMBOL(history_end), SYMBOL(history),
#undef SYMBOL
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *problem;

static void load(void) { problem = flow_library_load("libedit.so.2", symbols, sizeof symbols / sizeof *symbols); }

const char *flow_editor_problem(void) {
    pthread_once(&once, load);
    return problem;
}

struct flow_editor {
    EditLine *line;
    History *history;
    const char *prompt;
    flow_completion completion;
    void *context;
    int interrupted;
};

static struct flow_editor *owner(EditLine *line) {
    struct flow_editor *editor = NULL;
    libedit.el_get(line, EL_CLIENTDATA, &editor);
    return editor;
}

static char *prompt(EditLine *line) { return (char *)owner(line)->prompt; }

static unsigned char complete(EditLine *line, int key) {
    (void)key;
    struct flow_editor *editor = owner(line);
    const LineInfo *info = libedit.el_line(line);
    char *insertion = NULL, *choices = NULL;
    editor->completion(editor->context, info->buffer, (size_t)(info->cursor - info->buffer), &insertion, &choices);
    unsigned char result = CC_ERROR;
    if (insertion && *insertion && libedit.el_insertstr(line, insertion) == 0) result = CC_REFRESH;
    if (choices && *choices) {
        fprintf(stderr, "\n%s\n", choices);
        result = CC_REDISPLAY;
    }
    free(insertion);
    free(choices);
    return result;
}

// The terminal gives Ctrl-C as a character while a line is edited, so that it ends the line and not the process.
static unsigned char interrupt(EditLine *line, int key) {
    (void)key;
    owner(line)->interrupted = 1;
    return CC_EOF;
}

struct flow_editor *flow_editor_open(int history, flow_completion completion, void *context) {
    if (flow_editor_problem()) return NULL;
    // Without it libedit takes each byte beyond ASCII for a character of its own.
    const char *locale = setlocale(LC_CTYPE, "");
    if (!locale || !strcmp(locale, "C") || !strcmp(locale, "POSIX")) setlocale(LC_CTYPE, "C.UTF-8");

    struct flow_editor *editor = calloc(1, sizeof *editor);
    if (!editor) return NULL;
    editor->completion = completion;
    editor->context = context;
    editor->line = libedit.el_init("flowctl", stdin, stderr, stderr);
    editor->history = editor->line ? libedit.history_init() : NULL;
    if (!editor->history) {
        flow_editor_close(editor);
        return NULL;
    }
    HistEvent event;
    libedit.history(editor->history, &event, H_SETSIZE, history);
    libedit.history(editor->history, &event, H_SETUNIQUE, 1);
    libedit.el_set(editor->line, EL_CLIENTDATA, editor);
    libedit.el_set(editor->line, EL_PROMPT, prompt);
    libedit.el_set(editor->line, EL_EDITOR, "emacs");
    libedit.el_set(editor->line, EL_HIST, libedit.history, editor->history);
    libedit.el_set(editor->line, EL_ADDFN, "flow-complete", "Complete the name before the cursor", complete);
    libedit.el_set(editor->line, EL_ADDFN, "flow-interrupt", "Drop what was typed", interrupt);
    libedit.el_set(editor->line, EL_BIND, "^I", "flow-complete", NULL);
    libedit.el_set(editor->line, EL_BIND, "^C", "flow-interrupt", NULL);
    libedit.el_set(editor->line, EL_BIND, "^R", "em-inc-search-prev", NULL);
    libedit.el_set(editor->line, EL_SETTY, "-d", "-isig", NULL);
    return editor;
}

void flow_editor_close(struct flow_editor *editor) {
    if (editor->line) libedit.el_end(editor->line);
    if (editor->history) libedit.history_end(editor->history);
    free(editor);
}

void flow_editor_remember(struct flow_editor *editor, const char *line) {
    HistEvent event;
    libedit.history(editor->history, &event, H_ENTER, line);
}

int flow_editor_read(struct flow_editor *editor, const char *prompt, const char **text) {
    int count = 0;
    editor->prompt = prompt;
    editor->interrupted = 0;
    *text = libedit.el_gets(editor->line, &count);
    if (editor->interrupted) return FLOW_EDITOR_INTERRUPTED;
    return *text && count > 0 ? count : FLOW_EDITOR_END;
}
