#pragma once
#include <signal.h>
#include <sys/types.h>

/// A descriptor that can be read once the process has ended; -1 where the kernel has none (before Linux 5.3). The system
/// call is variadic in C, which Swift does not import.
int cprocess_pidfd_open(pid_t pid);

// What the module that Swift has of glibc leaves out.

/// A descriptor that can be read once something was written to it; neither blocks, nor is left to child processes.
int cprocess_eventfd(void);
/// A pipe whose ends are not left to child processes, the one for reading first.
int cprocess_pipe(int ends[2]);
/// Starts a program as the leader of a session of its own, in `folder`, with no terminal and nothing open but the three streams.
///
/// The child shares this process's memory until the program runs, as with `posix_spawn`, which is not used because it asks
/// for all 64 signals one by one, twice: a third of what it takes.
///
/// @param path absolute, or from `folder`.
/// @param signals those that this process ignores or has a handler for; they are as usual in the child, and none is blocked.
/// @return 0, or the number of the error.
int cprocess_start(pid_t *pid, const char *path, char *const arguments[], char *const environment[],
                   const char *folder, const int streams[3], const sigset_t *signals);
/// The words of the command line, the name of the program first, as the C library has them: /proc, where Swift looks for them,
/// may not be there.
char *const *cprocess_arguments(int *count);
/// Starts as many threads that do nothing, side by side, and ends them.
///
/// @return 0, or the number of the error that is in the way of one.
int cprocess_try_threads(int count);
/// Blocks of memory from this size on, in bytes, are given back to the system as soon as they are freed.
void cprocess_return_blocks(int size);
/// Threads share at most this many pools of memory.
void cprocess_limit_pools(int count);
/// Lets this process have so many files open, as far as the system permits; programs that it starts have as many as before.
void cprocess_allow_files(unsigned most);
/// The memory of this process can't be dumped or read by others any more; a program that it starts is not affected.
void cprocess_forbid_dumps(void);
