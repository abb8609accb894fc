#pragma once

/*
 * Files that are read while a loop stands: never one that has the loop wait.
 *
 * Threads: any.
 */

/* For reading. What the path leads to, links included, must be a regular file: a pipe would be
 * waited for until somebody writes to it. -1, with errno, which is EINVAL for what is none. */
int file_open_regular(const char *path);

/* Why a path could not be opened, of file_open_regular() or open(). */
const char *file_why(int error);
