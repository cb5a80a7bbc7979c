/* Archives: what is refused of them, and trees of files in general. */
#include "support.h"

#include "../../src/data/tree.h"
#include "forms.h"

static struct sr_error error;

static void refuse(const char *path, const char *part)
{
    memset(&error, 0, sizeof error);
    assert_null(tree_open(path, 0, NULL, &error));
    if (!strstr(error.text, part)) fail_msg("\"%s\" lacks \"%s\"", error.text, part);
    assert_int_equal(error.status, SR_ERROR_FORMAT);
}

static void names_that_lead_out(void **state)
{
    (void)state;
    static const char *const bad[] = {"../up.png", "a/../../b.png", "/etc/passwd", "a/.."};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        for (int tar = 0; tar < 2; tar++) {
            const char *path = forms_path("out.%s", tar ? "tar" : "zip");
            struct archive *archive = forms_archive(path, tar ? "none" : NULL);
            forms_add(archive, "good.png", "x", 1);
            forms_add(archive, bad[i], "x", 1);
            forms_close(archive);
            refuse(path, "must not be absolute, nor have \"..\"");
        }
}

static void links(void **state)
{
    (void)state;
    for (int hard = 0; hard < 2; hard++) {
        const char *path = forms_path("links.tar");
        struct archive *archive = forms_archive(path, "none");
        forms_add(archive, "a.png", "x", 1);
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, "b.png");
        archive_entry_set_filetype(entry, hard ? AE_IFREG : AE_IFLNK);
        if (hard)
            archive_entry_set_hardlink(entry, "a.png");
        else
            archive_entry_set_symlink(entry, "/etc/passwd");
        assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
        archive_entry_free(entry);
        forms_close(archive);
        refuse(path, "b.png, which is a link or a device");
    }
}

static void encrypted(void **state)
{
    (void)state;
    const char *path = forms_path("secret.zip");
    struct archive *archive = archive_write_new();
    archive_write_set_format_zip(archive);
    assert_int_equal(archive_write_set_options(archive, "zip:encryption=traditional"), ARCHIVE_OK);
    archive_write_set_passphrase(archive, "word");
    assert_int_equal(archive_write_open_filename(archive, path), ARCHIVE_OK);
    forms_add(archive, "a.png", "x", 1);
    forms_close(archive);
    refuse(path, "secret.zip is encrypted; unpack it with its password");
}

/* 80 MB of zeros in 80 kB. */
static void bombs(void **state)
{
    (void)state;
    enum { BLOCK = 1 << 20, BLOCKS = 80 };
    const char *path = forms_path("bomb.zip");
    char *zeros = calloc(1, BLOCK), *bytes;
    size_t length;
    struct archive *archive = forms_archive(path, NULL);
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, "x_train.npy");
    archive_entry_set_size(entry, (la_int64_t)BLOCK * BLOCKS);
    archive_entry_set_filetype(entry, AE_IFREG);
    assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
    for (int i = 0; i < BLOCKS; i++)
        assert_int_equal(archive_write_data(archive, zeros, BLOCK), BLOCK);
    archive_entry_free(entry);
    forms_close(archive);
    free(zeros);
    struct tree *tree = tree_open(path, 0, NULL, &error);
    assert_non_null(tree);
    bytes = tree_read(tree, 0, (size_t)1 << 40, &length, &error);
    assert_null(bytes);
    assert_non_null(strstr(error.text, "unpacks to far more than its size"));
    tree_close(tree);
}

static void damaged(void **state)
{
    (void)state;
    const char *path = forms_path("cut.zip");
    struct archive *archive = forms_archive(path, NULL);
    char content[4000];
    size_t length;
    for (size_t i = 0; i < sizeof content; i++) content[i] = (char)(i * i >> 3);
    forms_add(archive, "a.png", content, sizeof content);
    forms_close(archive);
    char *bytes = sr_file_read(path, 1 << 20, &length, &error);
    forms_write(path, bytes, length / 2);
    struct tree *tree = tree_open(path, 0, NULL, &error);
    size_t got;
    if (tree && tree->count) {
        char *read = tree_read(tree, 0, 1 << 20, &got, &error);
        assert_null(read);
        assert_non_null(strstr(error.text, "cut.zip"));
    }
    tree_close(tree);
    free(bytes);
}

/* Folders and archives are listed alike; an archive in a folder stands as a folder. */
static void trees(void **state)
{
    (void)state;
    size_t length;
    forms_write(forms_path("tree/b/2.txt"), "two", 3);
    forms_write(forms_path("tree/a/1.txt"), "one", 3);
    forms_write(forms_path("tree/.git/config"), "no", 2);
    forms_write(forms_path("tree/__MACOSX/a"), "no", 2);
    forms_write(forms_path("tree/not.zip"), "no archive", 10);
    struct archive *archive = forms_archive(forms_path("tree/in.tar.gz"), "gzip");
    forms_add(archive, "./x/3.txt", "three", 5);
    forms_add(archive, "x/.hidden", "no", 2);
    forms_close(archive);
    symlink("..", forms_path("tree/a/up")); /* a folder within itself */
    struct tree *tree = tree_open(forms_path("tree/"), 0, NULL, &error);
    assert_non_null(tree);
    static const char *const paths[] = {"a/1.txt", "b/2.txt", "in.tar.gz/x/3.txt", "not.zip"};
    assert_int_equal(tree->count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(tree->files[i].path, paths[i]);
        assert_int_equal(tree_find(tree, paths[i]), i);
    }
    assert_int_equal(tree_find(tree, "c"), 4);
    assert_true(tree_random(tree, 0));
    assert_false(tree_random(tree, 2));
    char *bytes = tree_read(tree, 2, 100, &length, &error);
    assert_string_equal(bytes, "three");
    free(bytes);
    assert_null(tree_read(tree, 2, 4, &length, &error));
    assert_non_null(strstr(error.text, "larger than 4 bytes"));
    /* In a pass, what lies in an archive comes as bytes, the rest is read by whoever wants it. */
    struct tree_pass *pass = tree_pass_open(tree, (uint32_t[]){2, 0}, 2);
    for (int seen = 0; seen < 2; seen++) {
        size_t at;
        assert_ok(tree_pass_next(pass, 100, &at, &bytes, &length, &error));
        assert_int_equal(at, seen ? 0 : 1);
        if (seen)
            assert_string_equal(bytes, "three");
        else
            assert_null(bytes);
        free(bytes);
    }
    tree_pass_close(pass);
    tree_close(tree);
    /* Only the folder itself. */
    tree = tree_open(forms_path("tree"), 1, NULL, &error);
    assert_int_equal(tree->count, 2);
    tree_close(tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_lead_out),
        cmocka_unit_test(links),
        cmocka_unit_test(encrypted),
        cmocka_unit_test(bombs),
        cmocka_unit_test(damaged),
        cmocka_unit_test(trees),
    };
    return cmocka_run_group_tests_name("data/archives", tests, forms_make, forms_remove);
}
