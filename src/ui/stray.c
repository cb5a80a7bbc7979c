/* stray.c - what libraries print while the screen is in use goes to a log file. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sartor/base/file.h"
#include "terminal.h"

enum { LOG_LIMIT = 1 << 20 }; /* at start a longer log is emptied */

static int log_file = -1, saved_output = -1, saved_error = -1;

void stray_start(const char *home)
{
    char *path = home ? sr_path_join(home, "log") : NULL;
    if (path) {
        struct sr_error ignored; /* without a home the output is discarded */
        sr_directory_make(home, &ignored);
        struct stat about;
        bool long_log = !stat(path, &about) && about.st_size > LOG_LIMIT;
        log_file =
            open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (long_log ? O_TRUNC : 0), 0666);
    }
    free(path);
    if (log_file < 0) log_file = open("/dev/null", O_WRONLY | O_CLOEXEC);
    saved_output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    saved_error = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    stray_resume();
}

void stray_resume(void)
{
    if (log_file < 0 || saved_output < 0 || saved_error < 0) return;
    fflush(stdout);
    fflush(stderr);
    dup2(log_file, STDOUT_FILENO);
    dup2(log_file, STDERR_FILENO);
}

void stray_pause(void)
{
    if (saved_output < 0 || saved_error < 0) return;
    fflush(stdout);
    fflush(stderr);
    dup2(saved_output, STDOUT_FILENO);
    dup2(saved_error, STDERR_FILENO);
}

void stray_stop(void)
{
    stray_pause();
    if (log_file >= 0) close(log_file);
    if (saved_output >= 0) close(saved_output);
    if (saved_error >= 0) close(saved_error);
    log_file = saved_output = saved_error = -1;
}

int stray_error_descriptor(void)
{
    return saved_error >= 0 ? saved_error : STDERR_FILENO;
}
