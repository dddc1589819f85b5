#pragma once
#include <spawn.h>
#include <sys/types.h>

/// A descriptor that can be read once the process has ended; -1 where the kernel has none (before Linux 5.3). The system
/// call is variadic in C, which Swift does not import.
int cprocess_pidfd_open(pid_t pid);

// What the module that Swift has of glibc leaves out.

/// A descriptor that can be read once something was written to it; neither blocks, nor is left to child processes.
int cprocess_eventfd(void);
/// A pipe whose ends are not left to child processes, the one for reading first.
int cprocess_pipe(int ends[2]);
/// The child changes into this folder.
int cprocess_add_chdir(posix_spawn_file_actions_t *actions, const char *folder);
/// The child closes all descriptors from this one on.
int cprocess_add_closefrom(posix_spawn_file_actions_t *actions, int first);
/// Blocks of memory from this size on, in bytes, are given back to the system as soon as they are freed.
void cprocess_return_blocks(int size);
/// Threads share at most this many pools of memory.
void cprocess_limit_pools(int count);
/// The memory of this process can't be dumped or read by others any more; a program that it starts is not affected.
void cprocess_forbid_dumps(void);
