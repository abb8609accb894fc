#include "store/room_words.h"

const struct str room_kinds[] = {STR_INIT("DIRECT"), STR_INIT("GROUP"), STR_INIT("CHANNEL")};
const struct str room_visibilities[] = {STR_INIT("PUBLIC"), STR_INIT("PRIVATE")};
const struct str member_roles[] = {STR_INIT("OWNER"), STR_INIT("ADMIN"), STR_INIT("MEMBER"),
                                   STR_INIT("GUEST")};

int room_word_place(struct str name, const struct str *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(name, names[i]))
            return (int)i;
    return -1;
}
