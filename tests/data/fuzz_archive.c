/* fuzz_archive.c - any bytes as a zip or tar file: names that stay within it and contents, or a
 * sentence.
 *
 * A libFuzzer target (--enable-fuzzing), and replayed with its corpus by test_fuzz_archive. */
#include "../fuzz.h"

#include "../../src/data/archive.h"

static void check(int good)
{
    if (!good) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const struct archive_source source = {"input", length ? bytes : (const uint8_t *)"", length};
    struct sr_error error = {0};
    archive_probe(&source);
    struct archive_pass *pass = archive_pass_open(&source, &error);
    if (!pass) {
        check(error.text[0] != 0);
        return 0;
    }
    for (int files = 0; files < 100; files++) {
        const char *path;
        uint64_t size;
        char content[4096];
        size_t got = 1, total = 0;
        enum sr_status status = archive_pass_next(pass, &path, &size, &error);
        check(status == SR_OK || error.text[0]);
        if (status != SR_OK || !path) break;
        check(path[0] && path[0] != '/' && strcmp(path, "..") && strncmp(path, "../", 3) &&
              !strstr(path, "/../"));
        while (status == SR_OK && got && total < (1 << 22)) {
            status = archive_pass_pull(pass, content, sizeof content, &got, &error);
            total += got;
        }
        check(status == SR_OK || error.text[0]);
    }
    archive_pass_close(pass);
    return 0;
}
