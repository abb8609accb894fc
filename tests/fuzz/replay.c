/*
 * Runs a fuzz target over its corpus, one file after another, as an ordinary test:
 *
 *     fuzz_parse tests/fuzz/corpus/parse
 */

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "tests/fuzz/fuzz.h"

enum {
    PATH_MOST = 4096,
    SEED_MOST = 1 << 20,
};

static bool replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes, *exact;
    size_t n;

    if (!file)
        return false;
    bytes = mem_realloc(NULL, SEED_MOST);
    n = fread(bytes, 1, SEED_MOST, file);
    fclose(file);
    /* No byte more than there are, so that a sanitizer sees who reads past them. */
    exact = mem_realloc(NULL, n ? n : 1);
    memcpy(exact, bytes, n);
    LLVMFuzzerTestOneInput(exact, n);
    mem_free(exact);
    mem_free(bytes);
    return true;
}

static int replay_all(const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    char path[PATH_MOST];
    int n = 0;

    while (dir && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        n += replay(path);
    }
    if (dir)
        closedir(dir);
    return n;
}

int main(int argc, char **argv)
{
    int n = argc == 2 ? replay_all(argv[1]) : 0;

    printf("%d inputs\n", n);
    return n > 0 ? 0 : 1;
}
